import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Front, openFront } from './front.ts';

const opened: (Front | Server)[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) {
    if ('listen' in one) await new Promise((resolve) => one.close(resolve));
    else await one[Symbol.asyncDispose]();
  }
});

async function squat(host: string, port = 0): Promise<number> {
  const server = createServer();
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  opened.push(server);
  return (server.address() as AddressInfo).port;
}

async function front(wanted: number | null, take: (socket: Socket) => void = (socket) => socket.destroy()) {
  const made = await openFront(wanted, take);
  opened.push(made);
  return made;
}

test('both loopback addresses lead to it, and nobody else can take one of them', async () => {
  let taken = 0;
  const { port } = await front(null, (socket) => {
    taken++;
    socket.end();
  });
  for (const host of ['127.0.0.1', '::1']) {
    await once(connect(port, host).resume(), 'close');
    await expect(squat(host, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  }
  for (const host of ['0.0.0.0', '::']) {
    await expect(squat(host, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  }
  expect(taken).toBe(2);
});

test('the port it had before is taken again when it is free', async () => {
  const first = await openFront(null, () => {});
  await first[Symbol.asyncDispose]();
  expect((await front(first.port)).port).toBe(first.port);
});

test.each(['127.0.0.1', '::1', '::'])('when somebody listens on %s, it moves to another port, whole', async (host) => {
  const port = await squat(host);
  const moved = await front(port);
  expect(moved.port).not.toBe(port);
  for (const address of ['127.0.0.1', '::1']) {
    await expect(squat(address, moved.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  }
});
