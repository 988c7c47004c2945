import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { type Gate, openGate } from './agent/gate.ts';
import { enterGate } from './enter-gate.ts';
import { gateIdentity, gateProtocol, makeGateKey, readGateKey } from './gate-key.ts';

const identity = gateIdentity('abcdefgh', 1, 0);
const here = '127.0.0.1';

let box: Sandbox;
let key: Buffer;
let served: string[];
let socketPath: string;
let upstream: ReturnType<typeof createHttpServer>;
let gate: Gate;

beforeEach(async () => {
  box = await sandbox();
  key = await makeGateKey(path.join(box.directory, 'key'));
  served = [];
  socketPath = path.join(box.directory, 'j.sock');
  upstream = createHttpServer((asked, answer) => {
    served.push(asked.url ?? '');
    if (asked.url === '/echo') asked.pipe(answer);
    else answer.end('hello');
  });
  await new Promise<void>((resolve) => upstream.listen(socketPath, resolve));
  gate = await openGate({ socketPath, key, identity, address: here, handshakeTakes: 500, unproven: 8 });
});
afterEach(async () => {
  await gate[Symbol.asyncDispose]();
  upstream.closeAllConnections();
  upstream.close();
  await box[Symbol.asyncDispose]();
});

const door = (changes: object = {}) => ({ host: here, port: gate.port, key, identity, ...changes });

async function get(url: string, body?: Buffer): Promise<string> {
  const socket = await enterGate(door(), 10_000);
  const asked = request({ path: url, method: body ? 'POST' : 'GET', createConnection: () => socket });
  asked.end(body);
  const [answer] = await once(asked, 'response');
  return await text(answer);
}

function raw(): Socket {
  return connect({ host: here, port: gate.port }).on('error', () => {});
}

test('who knows the key is led to the socket, as often as they come', async () => {
  expect(await Promise.all([get('/a'), get('/b'), get('/c')])).toEqual(['hello', 'hello', 'hello']);
  expect(served.sort()).toEqual(['/a', '/b', '/c']);
});

test('what goes through comes out the same, to the last byte', async () => {
  const sent = randomBytes(3 * 1024 * 1024).toString('hex');
  expect((await get('/echo', Buffer.from(sent))) === sent).toBe(true);
});

test('a wrong key, and a right key for another session or run, get nowhere', async () => {
  const wrong = [
    { key: randomBytes(32) },
    { identity: gateIdentity('bcdefghi', 1, 0) },
    { identity: gateIdentity('abcdefgh', 1, 1) },
    { identity: '' },
  ];
  for (const change of wrong) {
    await expect(enterGate(door(change), 10_000)).rejects.toMatchObject({ code: 'gate-foreign' });
  }
  expect(served).toEqual([]);
});

test('plain HTTP is not answered, and reaches nobody', async () => {
  const socket = raw();
  socket.end('GET /api HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(await text(socket)).not.toContain('HTTP');
  expect(served).toEqual([]);
});

test('who says nothing, or half a handshake, is dropped when the time is over', async () => {
  const [mute, slow] = [raw(), raw()];
  await once(slow, 'connect');
  slow.write(Buffer.from([0x16, 0x03, 0x01, 0x02]));
  await Promise.all([once(mute, 'close'), once(slow, 'close')]);
});

test('a crowd that never proves anything does not keep the owner out', async () => {
  const crowd = Array.from({ length: 100 }, raw);
  await Promise.all(crowd.map((one) => Promise.race([once(one, 'connect'), once(one, 'close')])));
  expect(await get('/a')).toBe('hello');
  const left = () => crowd.filter((one) => !one.destroyed).length;
  await until(() => left() <= 8);
  for (const one of crowd) one.destroy();
});

test('a port that belongs to somebody else after the end is recognised, and is not told the key', async () => {
  const { port } = gate;
  await gate[Symbol.asyncDispose]();
  await expect(enterGate(door({ port }), 10_000)).rejects.toMatchObject({
    code: 'gate-unreachable',
    message: expect.stringContaining('nobody listens'),
  });
  const heard: Buffer[] = [];
  const plain = await occupy(
    createServer((socket) => socket.on('data', (piece) => heard.push(piece)).write('HTTP/1.1 200 OK\r\n\r\n')),
    port,
  );
  await expect(enterGate(door({ port }), 10_000)).rejects.toMatchObject({ code: 'gate-foreign' });
  expect(Buffer.concat(heard).includes(key)).toBe(false);
  await plain();
  // Even one that speaks the same protocol, and takes whatever identity it is told.
  const other = createTlsServer({ ...gateProtocol, pskCallback: () => randomBytes(32) });
  const tls = await occupy(
    other.on('tlsClientError', (_error, socket) => socket.destroy()),
    port,
  );
  await expect(enterGate(door({ port }), 10_000)).rejects.toMatchObject({ code: 'gate-foreign' });
  await tls();
});

async function occupy(server: Server, port: number): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket.on('error', () => {})));
  server.listen({ port, host: here });
  await once(server, 'listening');
  return async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}

test('a listener that accepts and never speaks costs only the time allowed', async () => {
  const silent = createServer(() => {});
  silent.listen({ port: 0, host: here });
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  await expect(enterGate(door({ port }), 200)).rejects.toMatchObject({
    code: 'gate-foreign',
    message: expect.stringContaining('did not answer'),
  });
  silent.close();
});

test('when the session’s own server is gone, the connection ends', async () => {
  upstream.close();
  const socket = await enterGate(door(), 10_000);
  await once(socket.resume(), 'end');
  socket.destroy();
});

test('the key’s file is ours alone; one that others may read, a link and a short one are refused', async () => {
  const file = path.join(box.directory, 'key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readGateKey(file)).toEqual(key);
  await chmod(file, 0o640);
  await expect(readGateKey(file)).rejects.toMatchObject({ code: 'gate-key-untrusted' });
  await writeFile(path.join(box.directory, 'short'), 'x', { mode: 0o600 });
  await expect(readGateKey(path.join(box.directory, 'short'))).rejects.toMatchObject({ code: 'gate-key-untrusted' });
  await chmod(file, 0o600);
  await symlink(file, path.join(box.directory, 'link'));
  await expect(readGateKey(path.join(box.directory, 'link'))).rejects.toMatchObject({ code: 'gate-key-missing' });
});
