import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { join } from '../process/index.ts';
import { answerOver, callOver, type Line, marker, readToMarker } from './multiplex.ts';

let echo: Server;
let line: Line;
let near: Socket;
let far: Socket;
let over: Promise<void>;
let refuse = false;

/** Two ends of one connection, as a scheduler's step has them. */
async function pair(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const one = connect({ port: (server.address() as { port: number }).port, allowHalfOpen: true });
  const [other] = (await once(server, 'connection')) as [Socket];
  server.close();
  return [one, other];
}

beforeEach(async () => {
  refuse = false;
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket).on('error', () => {}));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  [near, far] = await pair();
  // As a step of the scheduler has it: two streams on each side.
  over = answerOver(join(far, far), async () => {
    if (refuse) throw new Error('nobody is there');
    const { port } = echo.address() as { port: number };
    const socket = connect({ port, allowHalfOpen: true });
    await once(socket, 'connect');
    return socket;
  });
  line = callOver(join(near, near));
});
afterEach(() => {
  line.close();
  near.destroy();
  far.destroy();
  echo.close();
});

async function echoed(sent: Buffer): Promise<Buffer> {
  const one = await line.connect();
  one.end(sent);
  return await buffer(one);
}

test('many connections go over one line, each with its own bytes, whole and in order', async () => {
  const sent = Array.from({ length: 40 }, () => randomBytes(300_000));
  const got = await Promise.all(sent.map(echoed));
  expect(got.every((bytes, index) => bytes.equals(sent[index] as Buffer))).toBe(true);
});

test('a connection that nobody reads from does not hold up the others', async () => {
  const stuck = await line.connect();
  stuck.pause();
  const written = new Promise((resolve) => stuck.write(randomBytes(12_000_000), resolve));
  expect((await echoed(Buffer.from('through'))).toString()).toBe('through');
  stuck.destroy();
  await written;
});

test('a connection that the far side cannot open is refused, and the line stays', async () => {
  refuse = true;
  await expect(line.connect()).rejects.toThrow('502');
  refuse = false;
  expect((await echoed(Buffer.from('again'))).toString()).toBe('again');
});

test('when the line breaks, its connections break, it says so, and the far side ends', async () => {
  const one = await line.connect();
  one.on('error', () => {});
  near.destroy();
  await once(one, 'close');
  expect(line.isOpen()).toBe(false);
  await expect(line.connect()).rejects.toThrow();
  await over;
});

test('what a site prints before the far side begins is passed over', async () => {
  const stream = new PassThrough();
  const read = readToMarker(stream);
  stream.write('Welcome to the cluster\npier-re');
  stream.write('pier-relay-');
  stream.end('1\nrest');
  expect(marker).toBe('pier-relay-1\n');
  await read;
  expect(await text(stream)).toBe('rest');
});

test('a far side that ends before it begins, or talks of something else, is an error', async () => {
  const [short, long] = [new PassThrough(), new PassThrough()];
  short.end('no such command\n');
  await expect(readToMarker(short)).rejects.toThrow('ended before it began');
  long.write(Buffer.alloc(300_000, 'x'));
  await expect(readToMarker(long)).rejects.toThrow('something else');
});
