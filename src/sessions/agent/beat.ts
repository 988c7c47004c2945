import { constants } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { cannotWrite, errnoOf, PierError, tilde, writeRecord } from '../../files/index.ts';
import { type Address, ask } from '../ask.ts';
import type { BeatRecord } from '../record-schemas.ts';
import type { Status } from './idle.ts';

/** Bytes: more than a beat takes, and within the one block that every file has. */
const length = 1024;

/** Asks Jupyter how it is; undefined when it does not say. */
export async function askStatus(address: Address, base: string): Promise<Status | undefined> {
  const answer = await ask(address, `${base}api/status`, 10_000);
  if (answer?.status !== 200) return undefined;
  try {
    const { kernels, connections, last_activity } = JSON.parse(answer.body);
    const activity = typeof last_activity === 'string' ? last_activity : null;
    return { kernels: Number(kernels), connections: Number(connections), last_activity: activity };
  } catch {
    return undefined;
  }
}

/**
 * Records a beat. On a full disk or quota it is written over the one before, which needs no room, and says so.
 *
 * Never fails: the session itself is none the worse for a beat that is missing.
 */
export async function writeBeat(file: string, beat: BeatRecord): Promise<void> {
  try {
    await writeRecord(file, beat);
  } catch (error) {
    const cause = error instanceof PierError ? error.cause : error;
    if (!['ENOSPC', 'EDQUOT'].includes(errnoOf(cause) ?? '')) return;
    const { message } = cannotWrite(file, cause);
    const trouble = beat.trouble ?? `${message} What Jupyter saves there is lost too.`;
    await overwrite(file, { ...beat, trouble }).catch(() => {});
  }
}

async function overwrite(file: string, beat: BeatRecord): Promise<void> {
  const text = JSON.stringify(beat);
  if (text.length >= length) return;
  await using handle = await open(file, constants.O_RDWR | constants.O_NOFOLLOW);
  await handle.write(Buffer.from(`${text.padEnd(length - 1)}\n`), 0, length, 0);
}

/** Says that the node's own disk is full, which is where Jupyter opens the sockets of new kernels; null when it is not. */
export async function nodeTrouble(runtimeDirectory: string): Promise<string | null> {
  const room = await statfs(runtimeDirectory).catch(() => undefined);
  if (!room || (room.bavail * room.bsize >= 64 * 1024 && (room.files === 0 || room.ffree > 0))) return null;
  return `The node’s own disk (${tilde(runtimeDirectory)}) is full: new kernels may not start.`;
}
