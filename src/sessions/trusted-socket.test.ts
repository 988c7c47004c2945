import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { identityOf, writeRecord } from '../files/index.ts';
import { readSession } from './describe.ts';
import { attemptFiles, makeSessionDirectory, sessionFiles } from './store.ts';
import { trustedSocket } from './trusted-socket.ts';

let box: Sandbox;
let id: string;
let runtime: string;
const servers: Server[] = [];

beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  vi.stubEnv('HOME', box.home);
  id = await makeSessionDirectory();
  runtime = await mkdtemp(path.join('/tmp', `pier-${id}-`));
  await mkdir(attemptFiles(id, 1).directory, { recursive: true });
  await writeRecord(sessionFiles(id).request, {
    version: 1,
    id,
    app: 'lab',
    environment: { name: 'sci', prefix: '/envs/sci' },
    on: 'here',
    directory: box.home,
    direct: false,
    site: 'local',
    created: new Date().toISOString(),
  });
  await listen(path.join(runtime, 'j.sock'));
  await record(runtime, path.join(runtime, 'j.sock'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
  await rm(runtime, { recursive: true, force: true });
  await box[Symbol.asyncDispose]();
});

async function listen(socket: string): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
}

async function record(runtimeDirectory: string, socket: string, agent = identityOf(process.pid)): Promise<void> {
  const now = new Date().toISOString();
  const files = attemptFiles(id, 1);
  await writeRecord(files.started, { agent, runtimeDirectory, started: now });
  const endpoint = { kind: 'socket', path: socket };
  await writeRecord(files.endpoint, { endpoint, note: null, jupyter: identityOf(process.pid), ready: now });
}

async function asked(): Promise<string> {
  return await trustedSocket(await readSession(id));
}

test('the socket in the agent’s own directory is trusted', async () => {
  expect(await asked()).toBe(path.join(runtime, 'j.sock'));
});

test('a record that names another socket is refused', async () => {
  const other = path.join(box.directory, 'other.sock');
  await listen(other);
  await record(runtime, other);
  await expect(asked()).rejects.toMatchObject({ code: 'endpoint-untrusted' });
});

test('a directory that others may enter is refused', async () => {
  await chmod(runtime, 0o755);
  await expect(asked()).rejects.toMatchObject({ code: 'endpoint-untrusted' });
});

test('a symbolic link in place of the directory, or of the socket, is refused', async () => {
  const link = path.join(box.directory, 'link');
  await symlink(runtime, link);
  await record(link, path.join(link, 'j.sock'));
  await expect(asked()).rejects.toMatchObject({ code: 'endpoint-untrusted' });

  await rm(path.join(runtime, 'j.sock'));
  await symlink('/dev/null', path.join(runtime, 'j.sock'));
  await record(runtime, path.join(runtime, 'j.sock'));
  await expect(asked()).rejects.toMatchObject({ code: 'endpoint-untrusted' });
});

test('a file where the socket was is refused', async () => {
  await rm(path.join(runtime, 'j.sock'));
  await writeFile(path.join(runtime, 'j.sock'), '');
  await expect(asked()).rejects.toMatchObject({ code: 'endpoint-untrusted' });
});

test('an agent of another machine, or one that is gone, makes no local socket ours', async () => {
  await record(runtime, path.join(runtime, 'j.sock'), { ...identityOf(process.pid), host: 'elsewhere' });
  await expect(asked()).rejects.toMatchObject({ code: 'session-elsewhere' });
  await record(runtime, path.join(runtime, 'j.sock'), { ...identityOf(process.pid), start: 1 });
  await expect(asked()).rejects.toMatchObject({ code: 'session-elsewhere' });
});
