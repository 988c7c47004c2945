import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../../test/sandbox.ts';
import { identityOf, readRecord, writeRecord } from '../../files/index.ts';
import { attemptFiles, makeSessionDirectory } from '../store.ts';
import { beginRun, endRun } from './run.ts';

let box: Sandbox;
let id: string;
let files: ReturnType<typeof attemptFiles>;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  id = await makeSessionDirectory();
  files = attemptFiles(id, 1);
  await mkdir(files.directory, { recursive: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

const elsewhere = { ...identityOf(process.pid), host: 'elsewhere' };
const now = () => new Date().toISOString();

async function ranBefore(agent = elsewhere): Promise<void> {
  await writeRecord(files.started, { agent, runtimeDirectory: '/tmp/x', started: now(), restart: 0 });
  await writeRecord(files.beat, { at: now(), kernels: 0, connections: 0, lastActivity: null, restart: 0 });
  await writeRecord(files.endpoint, {
    endpoint: { kind: 'socket', path: '/x' },
    note: null,
    jupyter: agent,
    ready: now(),
  });
  await writeFile(files.gateKey, 'key');
}

const ended = { state: 'ended', reason: 'It was told to end (SIGTERM).', cause: 'signal' } as const;

test('the first run is 0', async () => {
  expect(await beginRun(id, 1, {})).toBe(0);
});

test('a job that Slurm runs again counts on, and takes what the run before left out of the way', async () => {
  await ranBefore();
  await endRun(id, 1, 0, ended);
  expect(await beginRun(id, 1, { SLURM_RESTART_COUNT: '1' })).toBe(1);
  expect((await readdir(files.directory)).sort()).toEqual(['end.0.json', 'started.json']);
});

test('so does one whose node died without a word, however lately it was heard of', async () => {
  await ranBefore();
  expect(await beginRun(id, 1, { SLURM_RESTART_COUNT: '1' })).toBe(1);
});

test('a script that a person submits again after its end is another run', async () => {
  await ranBefore();
  await endRun(id, 1, 0, ended);
  expect(await beginRun(id, 1, {})).toBe(1);
});

test.each([
  ['here', identityOf(process.pid)],
  ['on another node, from which it was heard just now', elsewhere],
])('while an agent lives %s, a second one of the same script refuses and changes nothing', async (_where, agent) => {
  await ranBefore(agent);
  const before = await readdir(files.directory);
  await expect(beginRun(id, 1, {})).rejects.toMatchObject({ code: 'session-served' });
  expect(await readdir(files.directory)).toEqual(before);
});

test('the first to say how a run ended is kept; an earlier run’s word never stands for a later one', async () => {
  await endRun(id, 1, 0, ended);
  await endRun(id, 1, 0, { state: 'failed', reason: 'Later.', cause: 'failed' });
  expect(await readRecord(files.end)).toMatchObject({ state: 'ended', restart: 0 });
  await endRun(id, 1, 2, { state: 'ended', reason: 'It was stopped by you.', cause: 'stop' });
  expect(await readRecord(files.end)).toMatchObject({ cause: 'stop', restart: 2 });
  await endRun(id, 1, 1, ended);
  expect(await readRecord(files.end)).toMatchObject({ restart: 2 });
});
