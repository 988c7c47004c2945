import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { createProxy } from './proxy.ts';
import { addSession, ask, openStand, type Stand, sendRaw, sessionNamed, type Upstream } from './stand.ts';

const [id, other] = ['kd3m7q2a', 'abcdefgh'];
let box: Sandbox;
let stand: Stand;
let upstream: Upstream;

beforeEach(async () => {
  box = await sandbox();
  stand = await openStand(box.directory);
  upstream = await addSession(stand, box.directory, id);
});
afterEach(async () => {
  await stand[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

const own = () => ({ ...stand.signedIn(id), origin: `http://${stand.hostOf(id)}` });
const head = (method: string, url: string) =>
  `${method} ${url} HTTP/1.1\r\nHost: ${own().host}\r\nCookie: ${own().cookie}; _xsrf=2\r\nOrigin: ${own().origin}\r\n`;
const upgradeHead = (url: string) =>
  `${head('GET', url)}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

function openWebSocket(url = `/s/${id}/ws`): WebSocket {
  const { host, cookie, origin } = own();
  return new WebSocket(`ws://127.0.0.1:${stand.loopback.port}${url}`, { headers: { host, cookie, origin } });
}

test('a request arrives as it was sent, but for our cookie', async () => {
  const url = `/s/${id}/files/a%20b//c%2Fd?x=1&y=/../z?&e=`;
  const headers = { ...own(), 'x-xsrftoken': '2', cookie: `a=1; ${own().cookie}; _xsrf=2`, 'content-type': 'text/odd' };
  await ask(stand.loopback, url, { method: 'PUT', headers, body: 'body' });
  expect(upstream.seen).toMatchObject([
    { method: 'PUT', url, body: 'body', headers: { ...headers, cookie: 'a=1; _xsrf=2' } },
  ]);
  expect(JSON.stringify(upstream.seen)).not.toContain('__Host-pier');
});

test('a path arrives with every character as it was sent', async () => {
  const url = `/s/${id}/a|b^c{d}'e"f/%7e?g|h"`;
  await sendRaw(stand.loopback, `${head('GET', url)}Connection: close\r\n\r\n`);
  expect(upstream.seen[0]?.url).toBe(url);
});

test('an answer arrives as it was given, its cookies one by one', async () => {
  const answer = await ask(stand.loopback, `/s/${id}/missing`, { headers: own() });
  expect(answer.status).toBe(404);
  expect(answer.headers['set-cookie']).toEqual(['_xsrf=1; Path=/', 'b=2']);
});

test('a browser keeps its connection from one request to the next', async () => {
  const twice = `${head('GET', `/s/${id}/one`)}\r\n${head('GET', `/s/${id}/two`)}Connection: close\r\n\r\n`;
  const answers = await sendRaw(stand.loopback, twice);
  expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(2);
  expect(upstream.seen.map(({ url }) => url)).toEqual([`/s/${id}/one`, `/s/${id}/two`]);
});

test.each([
  ['steps out of the session', `/s/${id}/../../api/sessions`],
  ['steps out of it in disguise', `/s/${id}/%2e%2e/%2E./api`],
  ['begins with two slashes', `//evil.example/s/${id}/`],
  ['is a whole address', `http://evil.example/s/${id}/`],
  ['has a backslash', `/s/${id}/..\\..\\x`],
])('a path that %s is malformed', async (_, url) => {
  expect(await sendRaw(stand.loopback, `${head('GET', url)}\r\n`)).toMatch(/^HTTP\/1.1 400/);
  expect(upstream.seen).toEqual([]);
});

test.each([
  ['another session’s', `/s/${other}/api`],
  ['nobody’s', '/api'],
  ['the portal’s', '/api/sessions'],
  ['the session’s without its slash', `/s/${id}`],
  ['the session’s in capitals', `/S/${id}/api`],
  ['the session’s with an encoded slash', `/s%2F${id}/api`],
])('a path that is %s is not found', async (_, url) => {
  const others = await addSession(stand, box.directory, other);
  expect((await ask(stand.loopback, url, { headers: own() })).status).toBe(404);
  expect([...upstream.seen, ...others.seen]).toEqual([]);
});

const smuggled = `GET /s/${id}/smuggled HTTP/1.1\r\nHost: x\r\n\r\n`;

test.each([
  ['both lengths', 'POST', `Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['two lengths', 'POST', `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
  ['one length twice', 'POST', 'Content-Length: 0\r\nContent-Length: 0\r\n\r\n'],
  ['a folded header', 'GET', 'X-One: a\r\n Transfer-Encoding: chunked\r\n\r\n'],
  ['a space before the colon', 'POST', `Content-Length : ${smuggled.length}\r\n\r\n${smuggled}`],
  ['an odd transfer encoding', 'POST', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
  ['chunked not last', 'POST', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
  ['a chunk that ends in a bare line feed', 'POST', `Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n${smuggled}`],
  ['a deletion in chunks', 'DELETE', `Transfer-Encoding: chunked\r\n\r\n40\r\n${smuggled}`],
])('a request with %s is refused, and nothing of it reaches a session as another', async (_, method, rest) => {
  const answer = await sendRaw(stand.loopback, `${head(method, `/s/${id}/api`)}${rest}`);
  expect(answer).toMatch(/^HTTP\/1.1 4(00|11)/);
  expect(upstream.seen.map(({ url }) => url)).not.toContain(`/s/${id}/smuggled`);
});

test('each request has a connection of its own to the session', async () => {
  let connections = 0;
  upstream.server.on('connection', () => connections++);
  for (const name of ['one', 'two', 'three']) await ask(stand.loopback, `/s/${id}/${name}`, { headers: own() });
  expect(connections).toBe(3);
});

test('a WebSocket carries text and bytes both ways', async () => {
  const socket = openWebSocket();
  await once(socket, 'open');
  for (const sent of ['ä', Buffer.alloc(300_000, 7)]) {
    socket.send(sent);
    const [received, binary] = await once(socket, 'message');
    expect(binary).toBe(typeof sent !== 'string');
    expect(Buffer.compare(received as Buffer, Buffer.from(sent))).toBe(0);
  }
  expect(upstream.seen[0]?.headers.cookie).toBeUndefined();
  socket.close();
  await until(() => upstream.open.size === 0);
});

test('a frame sent along with the upgrade is not lost', async () => {
  const socket = connect(stand.loopback);
  // A masked text frame "hi" with an all-zero mask (RFC 6455, 5.2).
  const frame = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]);
  socket.write(Buffer.concat([Buffer.from(upgradeHead(`/s/${id}/ws`)), frame]));
  let received = '';
  socket.on('data', (data) => {
    received += data.toString('latin1');
  });
  await until(() => received.includes('\x81\x02hi'));
  expect(received).toMatch(/^HTTP\/1.1 101/);
  socket.destroy();
});

test('a plain answer to a WebSocket is passed on, and both connections end', async () => {
  expect(await sendRaw(stand.loopback, upgradeHead(`/s/${id}/plain`))).toMatch(
    /^HTTP\/1.1 403 Forbidden\r\n.*\r\n\r\nno/s,
  );
  await until(() => upstream.open.size === 0);
});

test('a plain answer to a WebSocket that breaks off is not waited for', async () => {
  expect(await sendRaw(stand.loopback, upgradeHead(`/s/${id}/torn`))).toMatch(/^HTTP\/1.1 200.*begun$/s);
});

test('a WebSocket that the session never answers is given up', async () => {
  const proxy = await createProxy(50);
  const server = createServer().listen(path.join(box.directory, 'short.sock'));
  server.on('upgrade', (request, socket, rest) => {
    proxy.webSocket(request, socket, rest, upstream.socket, (error) => socket.end(String(error.message)));
  });
  const answer = await sendRaw({ path: path.join(box.directory, 'short.sock') }, upgradeHead(`/s/${id}/silent`));
  expect(answer).toBe('no answer');
  await until(() => upstream.open.size === 0);
  server.close();
});

test('a browser that breaks a WebSocket off ends neither the portal nor others', async () => {
  const [staying, breaking] = [openWebSocket(), connect(stand.loopback)];
  breaking.write(upgradeHead(`/s/${id}/ws`));
  await Promise.all([once(staying, 'open'), once(breaking, 'data')]);
  breaking.resetAndDestroy();
  await until(() => upstream.open.size === 1);
  staying.send('still here');
  expect(String((await once(staying, 'message'))[0])).toBe('still here');
  staying.terminate();
});

test('leaving a stream of events ends it at the session', async () => {
  const socket = connect(stand.loopback);
  socket.write(`${head('GET', `/s/${id}/events`)}\r\n`);
  await until(() => upstream.open.size === 1);
  await once(socket, 'data');
  socket.destroy();
  await until(() => upstream.open.size === 0);
});

test('a session that breaks off in the middle does not leave the browser waiting', async () => {
  const answer = await sendRaw(stand.loopback, `${head('GET', `/s/${id}/broken`)}\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 200.*begun$/s);
});

test('an upload of 20 MB in pieces arrives whole', async () => {
  const socket = connect(stand.loopback);
  const piece = Buffer.alloc(1024 * 1024, 'u');
  socket.write(`${head('PUT', `/s/${id}/big`)}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`);
  for (let at = 0; at < 20; at++) {
    socket.write('100000\r\n');
    if (!socket.write(piece)) await once(socket, 'drain');
    socket.write('\r\n');
  }
  socket.write('0\r\n\r\n');
  await text(socket);
  expect(upstream.seen[0]?.body.length).toBe(20 * 1024 * 1024);
});

test.each([
  ['created', 503, '1'],
  ['queued', 503, '5'],
  ['starting', 503, '1'],
  ['lost', 503, '10'],
  ['ended', 410, undefined],
  ['failed', 410, undefined],
] as const)('a session that is %s says so and why', async (state, status, refresh) => {
  stand.sessions.all.set(id, sessionNamed(id, { state, reason: 'Because of the test.', endpoint: null }));
  const shown = await ask(stand.loopback, `/s/${id}/lab`, { headers: { ...own(), accept: 'text/html' } });
  expect(shown.status).toBe(status);
  expect(shown.body).toContain('Because of the test.');
  expect(/data-seconds="(\d+)"/.exec(shown.body)?.[1]).toBe(refresh);
  const told = await ask(stand.loopback, `/s/${id}/api`, { headers: own() });
  expect(told.status).toBe(status);
  expect(JSON.parse(told.body)).toMatchObject({ error: { code: `session-${state}` } });
  expect(await sendRaw(stand.loopback, upgradeHead(`/s/${id}/ws`))).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
});

test('a session whose socket is gone, or not its own, is a page that asks again', async () => {
  const look = () => ask(stand.loopback, `/s/${id}/lab`, { headers: { ...own(), accept: 'text/html' } });
  await upstream[Symbol.asyncDispose]();
  const gone = await look();
  expect(gone).toMatchObject({ status: 503, body: expect.stringMatching(/does not answer now.*nobody listens/) });
  stand.sessions.upstreams.delete(id);
  expect(await look()).toMatchObject({ status: 503, body: expect.stringContaining('is not its own') });
  expect(await sendRaw(stand.loopback, upgradeHead(`/s/${id}/ws`))).toMatch(/^HTTP\/1.1 503/);
});

test('a session that is served directly has no address here', async () => {
  stand.sessions.all.set(id, sessionNamed(id, { endpoint: { kind: 'direct', port: 18888, addresses: ['127.0.0.1'] } }));
  const answer = await ask(stand.loopback, `/s/${id}/lab`, { headers: own() });
  expect(answer.status).toBe(409);
  expect(answer.body).not.toContain('18888');
});

test('the address of a session leads to its application', async () => {
  expect((await ask(stand.loopback, '/', { headers: own() })).headers.location).toBe(`/s/${id}/lab`);
  stand.sessions.all.set(other, sessionNamed(other, { app: 'notebook' }));
  const headers = stand.signedIn(other);
  expect((await ask(stand.loopback, '/', { headers })).headers.location).toBe(`/s/${other}/tree`);
});
