import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox, until } from '../../../test/sandbox.ts';
import { identityOf, readRecord, writeRecord } from '../../files/index.ts';
import type { RequestRecord } from '../record-schemas.ts';
import { attemptFiles, makeSessionDirectory } from '../store.ts';
import type { Serving } from './serve.ts';
import { watch } from './watch.ts';

let box: Sandbox;
let jupyter: Server;
let serving: Serving;
let whileAsked: () => Promise<void>;
let id: string;
let files: ReturnType<typeof attemptFiles>;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  id = await makeSessionDirectory();
  files = attemptFiles(id, 1);
  await mkdir(files.directory, { recursive: true });
  whileAsked = async () => {};
  jupyter = createServer(async (_asked, answer) => {
    await whileAsked();
    answer.end(JSON.stringify({ kernels: 1, connections: 0, last_activity: null }));
  });
  const socketPath = path.join(box.directory, 'j.sock');
  await new Promise<void>((resolve) => jupyter.listen(socketPath, resolve));
  const identity = identityOf(process.pid);
  serving = { address: { socketPath, host: 'localhost' }, base: '/', proof: socketPath, identity } as Serving;
});
afterEach(async () => {
  jupyter.closeAllConnections();
  jupyter.close();
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

const request = () => ({ id }) as RequestRecord;
const beat = (restart: number) => ({
  at: '2026-11-26T12:00:00Z',
  kernels: 7,
  connections: 7,
  lastActivity: null,
  restart,
});

async function begins(restart: number): Promise<void> {
  const agent = { ...identityOf(process.pid), host: 'elsewhere' };
  await writeRecord(files.started, { agent, runtimeDirectory: '/tmp/x', started: '2026-11-26T12:00:00Z', restart });
  await writeRecord(files.beat, beat(restart));
}

test('the run that began last writes its beat, and goes on', async () => {
  await begins(1);
  using watching = await watch({ request: request(), attempt: 1, restart: 1 }, serving, box.directory, null);
  expect(await readRecord(files.beat)).toMatchObject({ kernels: 1, restart: 1 });
  expect(await Promise.race([watching.over, 'goes on'])).toBe('goes on');
});

test('an agent that comes back when another run has taken its place leaves that run’s beat alone, and ends', async () => {
  await begins(1);
  using watching = await watch({ request: request(), attempt: 1, restart: 0 }, serving, box.directory, null);
  expect(await watching.over).toMatchObject({ reason: 'Another run has taken its place.' });
  expect(await readRecord(files.beat)).toEqual(beat(1));
});

test('so does one whose Jupyter is about to answer just when the other run begins', async () => {
  await begins(0);
  whileAsked = () => begins(1);
  using watching = await watch({ request: request(), attempt: 1, restart: 0 }, serving, box.directory, null);
  expect(await watching.over).toMatchObject({ reason: 'Another run has taken its place.' });
  await until(async () => ((await readRecord(files.beat)) as { restart: number }).restart === 1);
  expect(await readRecord(files.beat)).toEqual(beat(1));
});
