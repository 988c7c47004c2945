import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { identityOf, writeRecord } from '../files/index.ts';
import { forgetOldSessions } from './forget.ts';
import type { EndRecord } from './record-schemas.ts';
import { attemptFiles, makeSessionDirectory, sessionFiles, sessionIds } from './store.ts';

let box: Sandbox;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

const at = '2026-01-01T12:00:00Z';
const agent = identityOf(process.pid);
const dead = { ...agent, start: 1 };
const submitted = (identity: typeof agent) => ({ engine: 'local', identity, submitted: at });
const slurm = { engine: 'slurm', job: '7', name: 'pier-lab-x-1', cluster: null, submitted: at };
const ended = (cause: NonNullable<EndRecord['cause']>) => ({
  state: 'ended',
  reason: 'It was told to.',
  ended: at,
  cause,
});

/** A session with records of its one attempt, which were written so many days ago. */
async function session(days: number, records: Record<string, unknown>): Promise<string> {
  const id = await makeSessionDirectory();
  const { directory, attempts, request } = sessionFiles(id);
  const attempt = attemptFiles(id, 1).directory;
  await mkdir(attempt, { recursive: true });
  const asked = { version: 1, id, app: 'lab', environment: { name: 'sci', prefix: '/envs/sci' }, on: 'here' };
  await writeRecord(request, { ...asked, directory: '/home/ada', direct: false, site: 'local', created: at });
  for (const [name, record] of Object.entries(records)) await writeRecord(path.join(attempt, `${name}.json`), record);
  const then = new Date(Date.now() - days * 86_400_000);
  for (const place of [directory, attempts, attempt]) await utimes(place, then, then);
  return id;
}

test('what ended more than 30 days ago is forgotten, and nothing else', async () => {
  const old = await session(31, { submitted: submitted(dead), end: ended('stop') });
  const killed = await session(31, { submitted: submitted(dead) });
  const onSlurm = await session(31, { submitted: slurm, end: ended('time') });
  const kept = [
    await session(29, { submitted: submitted(dead), end: ended('stop') }),
    await session(31, { submitted: submitted(agent), started: { agent, runtimeDirectory: '/tmp/x', started: at } }),
    await session(31, { submitted: slurm }),
    await session(31, { submitted: slurm, end: ended('signal') }),
  ];
  expect((await forgetOldSessions()).sort()).toEqual([old, killed, onSlurm].sort());
  expect((await sessionIds()).sort()).toEqual(kept.sort());
});

test('records that are damaged, or not there yet, stay', async () => {
  const damaged = await session(31, { end: ended('stop') });
  await writeFile(sessionFiles(damaged).request, '{');
  const then = new Date(Date.now() - 31 * 86_400_000);
  await utimes(sessionFiles(damaged).directory, then, then);
  const empty = await makeSessionDirectory();
  await utimes(sessionFiles(empty).directory, then, then);
  expect(await forgetOldSessions()).toEqual([]);
  expect((await sessionIds()).sort()).toEqual([damaged, empty].sort());
});
