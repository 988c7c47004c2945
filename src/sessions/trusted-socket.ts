import { lstat } from 'node:fs/promises';
import { liveness, PierError, uid } from '../files/index.ts';
import { socketOf } from './jupyter.ts';
import { readRecords } from './records.ts';
import type { Session } from './session.ts';

/**
 * The socket of a session on this very machine, after checking that it can only be that session's.
 *
 * The record alone is not believed: its agent must live here, and the directory (0700) and the socket must be ours.
 * Errors: `session-not-ready`, `session-elsewhere`, `endpoint-untrusted`.
 */
export async function trustedSocket(session: Pick<Session, 'id'>): Promise<string> {
  const { started, endpoint } = await readRecords(session.id);
  if (!started || endpoint?.endpoint.kind !== 'socket') {
    throw new PierError('session-not-ready', `Session ${session.id} does not answer yet.`, {
      hint: 'pier session list',
    });
  }
  if (liveness(started.agent) !== 'alive') {
    throw new PierError('session-elsewhere', `Session ${session.id} does not run on this machine.`, {
      hint: `pier session open ${session.id}, on ${started.agent.host}`,
    });
  }
  const socket = socketOf(started.runtimeDirectory);
  const [directory, file] = await Promise.all([
    lstat(started.runtimeDirectory).catch(() => undefined),
    lstat(socket).catch(() => undefined),
  ]);
  const ours =
    endpoint.endpoint.path === socket &&
    directory?.isDirectory() &&
    directory.uid === uid() &&
    (directory.mode & 0o077) === 0 &&
    file?.isSocket() &&
    file.uid === uid();
  if (ours) return socket;
  throw new PierError('endpoint-untrusted', `The recorded socket of session ${session.id} is not one of its own.`, {
    hint: `pier session stop ${session.id}`,
  });
}
