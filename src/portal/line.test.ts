import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, get, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { createProxy } from './proxy.ts';

const megabyte = 1024 * 1024;
let box: Sandbox;
let far: string;
let near: { path: string };
let failures: string[];
let close: (() => void)[];

/** What a session does with its end of a connection, once a request has come. */
type Session = (connection: Socket, head: string) => Promise<void> | void;
let session: Session;
let open: Set<Socket>;

beforeEach(async () => {
  box = await sandbox();
  [far, near, failures, open] = [
    path.join(box.directory, 'far'),
    { path: path.join(box.directory, 'near') },
    [],
    new Set(),
  ];
  const upstream = createServer((connection) => {
    open.add(connection.setMaxListeners(0));
    connection.on('close', () => open.delete(connection)).on('error', () => {});
    connection.once('data', (head) => session(connection, String(head)));
  }).listen(far);
  await once(upstream, 'listening');
  const proxy = await createProxy();
  const front = createHttpServer((request, response) => {
    proxy.web(request, response, far, (error) => {
      failures.push(error.message);
      response.destroy();
    });
  }).listen(near.path);
  await once(front, 'listening');
  close = [() => upstream.close(), () => front.close(), () => front.closeAllConnections()];
});
afterEach(async () => {
  for (const one of close) one();
  await box[Symbol.asyncDispose]();
});

const ok = (length: number) => `HTTP/1.1 200 OK\r\nX-Name: one\r\nContent-Length: ${length}\r\n\r\n`;
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Also when nobody will ever take any more. */
function drained(connection: Socket): Promise<unknown> {
  return new Promise((resolve) => connection.once('drain', resolve).once('close', resolve));
}

async function download(file = '/'): Promise<IncomingMessage> {
  const asked = get({ socketPath: near.path, path: file, agent: false });
  const [answer] = await once(asked, 'response');
  return answer;
}

async function read(answer: IncomingMessage, rest = () => Promise.resolve()): Promise<string> {
  const sum = createHash('sha256');
  for await (const piece of answer) {
    sum.update(piece);
    await rest();
  }
  return sum.digest('hex');
}

/** All that comes from the portal's side until it ends the connection. */
async function sendRaw(text: string): Promise<Buffer> {
  const socket = connect(near);
  socket.write(text);
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a large body', () => {
  const body = randomBytes(30 * megabyte);
  const send: Session = (connection) => void connection.end(Buffer.concat([Buffer.from(ok(body.length)), body]));

  test('arrives whole, under its own headers', async () => {
    session = send;
    const answer = await download();
    expect(answer.headers).toMatchObject({ 'x-name': 'one', 'content-length': String(body.length) });
    expect(await read(answer)).toBe(hash(body));
  });

  test('that comes in small pieces and at odd moments arrives whole', async () => {
    session = async (connection) => {
      connection.write(ok(2 * megabyte).slice(0, 20));
      await new Promise(setImmediate);
      connection.write(ok(2 * megabyte).slice(20));
      for (let at = 0; at < 2 * megabyte; at += 9973) {
        connection.write(body.subarray(at, Math.min(at + 9973, 2 * megabyte)));
        if (at % 3 === 0) await new Promise(setImmediate);
      }
      connection.end();
    };
    expect(await read(await download())).toBe(hash(body.subarray(0, 2 * megabyte)));
  });

  test('arrives whole at one who reads slowly, and the session is made to wait', async () => {
    let sent = 0;
    session = async (connection) => {
      connection.write(ok(body.length));
      for (let at = 0; at < body.length; at += 65536) {
        if (!connection.write(body.subarray(at, at + 65536))) await drained(connection);
        sent = at + 65536;
      }
      connection.end();
    };
    const answer = await download();
    await until(() => sent > 0);
    let [before, steady] = [-1, 0];
    await until(() => {
      steady = sent === before ? steady + 1 : 0;
      before = sent;
      return steady > 5;
    });
    expect(sent).toBeLessThan(body.length / 2);
    expect(await read(answer, () => new Promise(setImmediate))).toBe(hash(body));
  });

  test('is not mixed up with others that come at the same time', async () => {
    const bodies = new Map(['a', 'b', 'c', 'd'].map((name) => [name, randomBytes(6 * megabyte)]));
    session = (connection, head) => {
      const one = bodies.get(/^GET \/(\w)/.exec(head)?.[1] ?? '') ?? Buffer.alloc(0);
      connection.end(Buffer.concat([Buffer.from(ok(one.length)), one]));
    };
    const read1 = async (name: string) => read(await download(`/${name}`), () => new Promise(setImmediate));
    const sums = await Promise.all([...bodies.keys()].map(read1));
    expect(sums).toEqual([...bodies.values()].map(hash));
  });

  test('waits for its turn behind one that was asked for before it', async () => {
    const [first, second] = [randomBytes(2 * megabyte), randomBytes(3 * megabyte)];
    let secondSent = false;
    session = async (connection, head) => {
      const isFirst = head.startsWith('GET /first');
      if (isFirst) await until(() => secondSent);
      const one = isFirst ? first : second;
      connection.write(ok(one.length));
      connection.end(one);
      if (!isFirst) secondSent = true;
    };
    const ask = (name: string, end: string) => `GET /${name} HTTP/1.1\r\nHost: x\r\n${end}\r\n`;
    const came = await sendRaw(ask('first', '') + ask('second', 'Connection: close\r\n'));
    const at = came.indexOf(first.subarray(0, 64));
    expect(came.subarray(at, at + first.length).equals(first)).toBe(true);
    const then = came.indexOf(second.subarray(0, 64));
    expect(then).toBeGreaterThan(at + first.length);
    expect(came.subarray(then).equals(second)).toBe(true);
  });

  test('that breaks off in the middle is not taken for a whole one', async () => {
    session = (connection) => {
      connection.write(ok(body.length));
      connection.end(body.subarray(0, 5 * megabyte));
    };
    const answer = await download();
    await expect(read(answer)).rejects.toThrow('aborted');
  });

  test('ends where it said: what the session sends behind it reaches nobody', async () => {
    const smuggled = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil';
    session = (connection, head) => {
      const isFirst = head.startsWith('GET /first');
      if (isFirst) connection.end(Buffer.concat([Buffer.from(ok(body.length)), body, Buffer.from(smuggled)]));
      else connection.end(`${ok(4)}good`);
    };
    const ask = (name: string, end: string) => `GET /${name} HTTP/1.1\r\nHost: x\r\n${end}\r\n`;
    const came = await sendRaw(ask('first', '') + ask('second', 'Connection: close\r\n'));
    const rest = came.subarray(came.indexOf(body.subarray(0, 64)) + body.length).toString('latin1');
    expect(rest).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\ngood$/s);
    expect(came.includes('evil')).toBe(false);
  });

  test('whose reader leaves is not read to its end', async () => {
    session = async (connection) => {
      connection.write(ok(body.length * 100));
      while (!connection.destroyed) {
        if (!connection.write(body)) await drained(connection);
      }
    };
    const answer = await download();
    await once(answer, 'data');
    answer.destroy();
    await until(() => open.size === 0);
    expect(failures).toEqual([]);
  });

  test('in chunks, or of no said length, arrives whole too', async () => {
    session = (connection, head) => {
      connection.write('HTTP/1.1 200 OK\r\n');
      if (head.startsWith('GET /chunks')) {
        connection.write(`Transfer-Encoding: chunked\r\n\r\n${(2 * megabyte).toString(16)}\r\n`);
        connection.write(body.subarray(0, 2 * megabyte));
        connection.end('\r\n0\r\n\r\n');
      } else connection.end(Buffer.concat([Buffer.from('\r\n'), body.subarray(0, 2 * megabyte)]));
    };
    for (const name of ['/chunks', '/until-it-ends']) {
      expect(await read(await download(name))).toBe(hash(body.subarray(0, 2 * megabyte)));
    }
  });
});

test('the length that an answer to HEAD tells is not waited for', async () => {
  session = (connection) => void connection.end(ok(30 * megabyte));
  const asked = httpRequest({ socketPath: near.path, method: 'HEAD', agent: false }).end();
  const [answer] = await once(asked, 'response');
  expect(answer.headers['content-length']).toBe(String(30 * megabyte));
  answer.resume();
  await once(answer, 'end');
  await until(() => open.size === 0);
});
