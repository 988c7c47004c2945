import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createRelay } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { identityOf, writeRecord } from '../files/index.ts';
import { openGate } from './agent/gate.ts';
import { ask } from './ask.ts';
import { carry } from './carry.ts';
import { gateIdentity, makeGateKey } from './gate-key.ts';
import { attemptFiles, makeSessionDirectory, sessionFiles } from './store.ts';
import { openWays, type Ways } from './transports/ways.ts';

// The gate is real; the other node is this machine by its other name, whose processes nobody here can ask about.

let box: Sandbox;
let directory: string;
let id: string;
let ways: Ways;
let upstream: ReturnType<typeof createServer>;
let gate: AsyncDisposable & { readonly port: number };

beforeEach(async () => {
  box = await sandbox();
  for (const name of ['STATE', 'CACHE']) vi.stubEnv(`XDG_${name}_HOME`, path.join(box.home, name));
  vi.stubEnv('PATH', '/nowhere');
  directory = await mkdtemp('/tmp/pier-portal-');
  id = await makeSessionDirectory();
  await mkdir(attemptFiles(id, 1).directory, { recursive: true });
  const environment = { name: 'sci', prefix: '/envs/sci' };
  const created = new Date().toISOString();
  const request = { version: 1, id, app: 'lab', environment, on: 'compute', directory: '/', direct: false, created };
  await writeRecord(sessionFiles(id).request, { ...request, site: 'testbed' });
  upstream = createServer((asked, answer) => {
    answer.statusCode = asked.url?.startsWith(`/s/${id}/`) ? 200 : 404;
    answer.end(asked.url);
  });
  await new Promise<void>((resolve) => upstream.listen(path.join(box.directory, 'j.sock'), resolve));
  await startRun(0);
  ways = openWays(directory, ['/nowhere/pier']);
});
afterEach(async () => {
  await ways[Symbol.asyncDispose]();
  await gate[Symbol.asyncDispose]();
  upstream.closeAllConnections();
  upstream.close();
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
  await box[Symbol.asyncDispose]();
});

async function startRun(restart: number, changes: object = {}): Promise<void> {
  const files = attemptFiles(id, 1);
  const key = await makeGateKey(files.gateKey);
  const socketPath = path.join(box.directory, 'j.sock');
  gate = await openGate({ socketPath, key, identity: gateIdentity(id, 1, restart), address: undefined });
  const agent = { ...identityOf(process.pid), host: 'localhost' };
  const ready = new Date().toISOString();
  await writeRecord(files.started, { agent, runtimeDirectory: '/tmp/x', started: ready, restart });
  const endpoint = { kind: 'socket', path: socketPath };
  const record = { endpoint, gate: { host: 'localhost', port: gate.port }, note: null, jupyter: agent, ready, restart };
  await writeRecord(files.endpoint, { ...record, ...changes });
}

const reach = () => ways.reach({ id, attempt: 1 });
const get = async (socketPath: string) =>
  (await ask({ socketPath, host: `${id}.localhost` }, `/s/${id}/api/x`, 5000))?.body;

test('a session on another node is reached by a private socket, made once', async () => {
  const [one, two] = await Promise.all([reach(), reach()]);
  expect(one).toMatchObject({ way: 'gate', socket: path.join(directory, `${id}.sock`) });
  expect(two).toBe(one);
  expect((await stat(one.socket)).mode & 0o777).toBe(0o600);
  expect(await Promise.all([get(one.socket), get(one.socket)])).toEqual([`/s/${id}/api/x`, `/s/${id}/api/x`]);
});

test('a job that was run again is reached where it is now', async () => {
  const first = await reach();
  await gate[Symbol.asyncDispose]();
  await startRun(1);
  const second = await reach();
  expect(second).not.toBe(first);
  expect(await get(second.socket)).toBe(`/s/${id}/api/x`);
});

test('when the gate is gone the way is given up, with every reason; and found again when it is back', async () => {
  const { socket } = await reach();
  await gate[Symbol.asyncDispose]();
  expect(await get(socket)).toBeUndefined();
  await expect(reach()).rejects.toMatchObject({
    code: 'session-unreachable',
    message: expect.stringMatching(
      /gate: localhost, port \d+: nobody listens there\. srun: No job of Slurm’s serves it\./,
    ),
  });
  await startRun(0);
  await until(() => reach().catch(() => undefined));
});

test('a new connection that cannot be made cuts off none that is open', async () => {
  upstream.keepAliveTimeout = 60_000;
  const listen = async (port: number) => {
    const relay = createRelay((near) => carry(near, connect(gate.port, 'localhost')));
    relay.listen(port, 'localhost');
    await once(relay, 'listening');
    return { port: (relay.address() as AddressInfo).port, refuse: () => relay.close() };
  };
  const node = await listen(0);
  await gate[Symbol.asyncDispose]();
  await startRun(0, { gate: { host: 'localhost', port: node.port } });
  const { socket } = await reach();
  const open = connect(socket);
  const asks = async () => {
    open.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return await Promise.race([once(open, 'data').then(() => true), once(open, 'close').then(() => false)]);
  };
  expect(await asks()).toBe(true);
  node.refuse();
  expect(await get(socket)).toBeUndefined();
  await expect(reach()).rejects.toMatchObject({ code: 'session-unreachable' });
  const back = await listen(node.port);
  const again = await until(() => reach().catch(() => undefined));
  expect(await get(again.socket)).toBe(`/s/${id}/api/x`);
  expect(await asks()).toBe(true);
  back.refuse();
});

test.each([
  ['elsewhere.example', /is said to be on "elsewhere.example", but its agent runs on "localhost"/],
  ['-oProxyCommand=x', /"-oProxyCommand=x" is no name of a host/],
])('a record that puts the gate on %s is refused', async (host, why) => {
  await gate[Symbol.asyncDispose]();
  await startRun(0, { gate: { host, port: 22 } });
  await expect(reach()).rejects.toMatchObject({ code: 'session-unreachable', message: expect.stringMatching(why) });
});

test('what is closed leaves no socket behind', async () => {
  await reach();
  await ways[Symbol.asyncDispose]();
  expect(await readdir(directory)).toEqual([]);
});
