import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../test/sandbox.ts';
import { start } from '../process/index.ts';
import { isOurPeer, kernelAddress, ownerIn } from './peer.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0
   1: 0100007F:C001 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 12 1 0 20 4 30 10 -1
   2: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 13 1 0 20 4 30 10 -1
   3: 0100007F:C002 0100007F:1F90 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1
`;

test('the owner is that of the other end, not of ours or of the listener', () => {
  expect(ownerIn(table, '0100007F:C001', '0100007F:1F90')).toEqual({ uid: 1001, inode: '12' });
  expect(ownerIn(table, '0100007F:C003', '0100007F:1F90')).toBeUndefined();
});

test.runIf(process.platform === 'linux')('addresses are written as the kernel writes them', () => {
  expect(kernelAddress('127.0.0.1', 8080)).toBe('0100007F:1F90');
  expect(kernelAddress('::1', 80)).toBe('00000000000000000000000001000000:0050');
  expect(kernelAddress('fe80::1', 80)).toBeUndefined();
});

let server: Server;
beforeEach(() => {
  // Half open, as the front's: our end stays when the other one has gone.
  server = createServer({ allowHalfOpen: true });
});
afterEach(() => {
  server.close();
});

async function accept(host: string, from: (port: number) => unknown): Promise<Socket> {
  server.listen(0, host);
  await once(server, 'listening');
  from((server.address() as AddressInfo).port);
  const [socket] = (await once(server, 'connection')) as [Socket];
  return socket.on('error', () => {});
}

test.each(['127.0.0.1', '::1'])('a connection of our own over %s is ours', async (host) => {
  let client: Socket | undefined;
  const socket = await accept(host, (port) => {
    client = connect(port, host);
  });
  expect(await isOurPeer(socket)).toBe(true);
  client?.destroy();
  socket.destroy();
});

test.runIf(process.platform === 'linux')('one that was closed at once belongs to nobody, not to root', async () => {
  const socket = await accept('127.0.0.1', (port) => {
    const client = connect(port, '127.0.0.1', () => client.destroy());
  });
  await once(socket.resume(), 'end');
  expect(await isOurPeer(socket)).toBe(false);
  socket.destroy();
});

const isRoot = process.getuid?.() === 0;

/** Runs Node as another user of this machine. */
async function asAnother(script: string, ...args: string[]) {
  const change = ['--reuid=65534', '--regid=65534', '--clear-groups', '--', process.execPath, '-e', script, ...args];
  return await start('setpriv', change, { env: {}, output: 'ignore', cwd: '/', ownSession: false });
}

test.runIf(isRoot)('one of another user is not ours (needs root to be another user)', async () => {
  const hold = "const s = require('net').connect(+process.argv[1], '127.0.0.1'); s.on('close', () => process.exit())";
  const socket = await accept('127.0.0.1', (port) => asAnother(hold, String(port)));
  expect(await isOurPeer(socket)).toBe(false);
  socket.destroy();
});

test.runIf(isRoot)('one that another user closed early, which the kernel shows as uid 0, is not ours', async () => {
  const hasty =
    "const s = require('net').connect(+process.argv[1], '127.0.0.1', () => { s.write('x'); process.exit() })";
  let gone: Promise<unknown> | undefined;
  const socket = await accept('127.0.0.1', async (port) => {
    const { ended } = await asAnother(hasty, String(port));
    gone = ended;
  });
  await once(socket.resume(), 'end');
  await gone;
  const ends = [kernelAddress('127.0.0.1', socket.remotePort ?? 0), kernelAddress('127.0.0.1', socket.localPort ?? 0)];
  const shown = await until(async () => {
    const owner = ownerIn(await readFile('/proc/net/tcp', 'latin1'), ends[0] as string, ends[1] as string);
    return owner?.uid === 0 && owner;
  });
  expect(shown).toEqual({ uid: 0, inode: '0' });
  expect(await isOurPeer(socket)).toBe(false);
  socket.destroy();
});

test('of three hundred that come in at once each is known for ours, though they share readings of the table', async () => {
  const answers: Promise<boolean>[] = [];
  const ends: Socket[] = [];
  const server = createServer((socket) => {
    ends.push(socket);
    answers.push(isOurPeer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: 300 }, () => connect(port, '127.0.0.1'));
  await until(() => answers.length === clients.length);
  expect((await Promise.all(answers)).filter(Boolean)).toHaveLength(clients.length);
  for (const socket of [...clients, ...ends]) socket.destroy();
  server.close();
});
