import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { run } from '../process/index.ts';
import { makeCookie } from './cookie.ts';
import { sign } from './secret.ts';
import { addSession, ask, openStand, type Stand, sendRaw, sessionNamed, type Upstream } from './stand.ts';

const [id, other] = ['kd3m7q2a', 'abcdefgh'];
let box: Sandbox;
let stand: Stand;
let upstream: Upstream;

beforeEach(async () => {
  box = await sandbox();
  stand = await openStand(box.directory);
  upstream = await addSession(stand, box.directory, id);
  await addSession(stand, box.directory, other);
});
afterEach(async () => {
  await stand[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

const page = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('the host', () => {
  test.each([
    ['a name that was made to lead here', () => 'evil.example'],
    ['a name below ours', () => stand.hostOf(`x.${id}`)],
    ['localhost itself', () => `localhost:${stand.loopback.port}`],
    ['an address', () => `127.0.0.1:${stand.loopback.port}`],
    ['ours with another port', () => `${id}.localhost:1`],
    ['ours without a port', () => `${id}.localhost`],
    ['ours with a dot at its end', () => `${id}.localhost.:${stand.loopback.port}`],
    ['another portal’s', () => stand.hostOf('portal-aaaaaaaaaa')],
    ['a session that is not there', () => stand.hostOf('zzzzzzzz')],
    ['the control name, from the front', () => 'pier'],
  ])('that is %s is refused', async (_, host) => {
    const { cookie } = stand.signedIn(id);
    const answer = await ask(stand.loopback, `/s/${id}/api`, { headers: { host: host(), cookie } });
    expect(answer.status).toBe(421);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(upstream.seen).toEqual([]);
  });

  test('given twice is refused, and so is none', async () => {
    const { host, cookie } = stand.signedIn(id);
    const path = `GET /s/${id}/api HTTP/1.1\r\nCookie: ${cookie}\r\n`;
    expect(await sendRaw(stand.loopback, `${path}Host: ${host}\r\nHost: evil.example\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400/,
    );
    expect(await sendRaw(stand.loopback, `${path}\r\n`)).toMatch(/^HTTP\/1.1 400/);
    expect(await sendRaw(stand.loopback, `GET /s/${id}/api HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
  });

  test('may have any port through the socket, as ssh chose one', async () => {
    const { cookie } = stand.signedIn(id);
    for (const host of [`${id}.localhost:8888`, `${id}.localhost`]) {
      expect((await ask(stand.socket, `/s/${id}/api`, { headers: { host, cookie } })).status).toBe(200);
    }
    expect((await ask(stand.socket, `/s/${id}/api`, { headers: { host: 'evil.example', cookie } })).status).toBe(421);
  });
});

describe('the cookie', () => {
  test.each([
    ['none', () => ''],
    ['another session’s', () => stand.signedIn(other).cookie],
    ['the portal’s', () => stand.signedIn(stand.label).cookie],
    ['one made with an old secret', () => makeCookie(Buffer.alloc(32), id)],
    ['one of a month ago', () => makeCookie(stand.secret, id, '', Date.now() - 31 * 24 * 3600 * 1000)],
  ])('that is %s gets nothing of a session', async (_, cookie) => {
    const headers = { host: stand.hostOf(id), cookie: cookie(), ...page };
    const answer = await ask(stand.loopback, `/s/${id}/lab`, { headers });
    expect(answer.status).toBe(401);
    expect(answer.body).toContain(`pier session open ${id}`);
    expect(upstream.seen).toEqual([]);
  });

  test('of a session opens neither the portal nor its API', async () => {
    const headers = { host: stand.hostOf(stand.label), cookie: stand.signedIn(id).cookie };
    for (const path of ['/', '/api/sessions', '/pier/anything']) {
      expect((await ask(stand.loopback, path, { headers })).status).toBe(401);
    }
  });

  test('is not asked for where one signs in', async () => {
    const headers = { host: stand.hostOf(id) };
    expect((await ask(stand.loopback, '/pier/sign-in', { headers })).status).toBe(200);
    expect((await ask(stand.loopback, '/pier/assets/nothing.js', { headers })).status).toBe(404);
    expect((await ask(stand.loopback, '/pier/assets/../x', { headers })).status).toBe(400);
    expect((await ask(stand.loopback, '/pier/assets/%2e%2e%2fserve.ts', { headers })).status).toBe(401);
  });
});

describe('another page', () => {
  const neighbour = () => `http://${id}.localhost:1`;

  test.each([
    ['posts', 'POST', () => ({ origin: 'http://evil.example' })],
    ['posts, and hides its origin', 'POST', () => ({ origin: 'null' })],
    ['posts without an origin', 'POST', () => ({})],
    ['deletes from another port of the same host', 'DELETE', () => ({ origin: neighbour() })],
    ['puts from another session', 'PUT', () => ({ origin: `http://${stand.hostOf(other)}` })],
    ['posts over https', 'POST', () => ({ origin: `https://${stand.hostOf(id)}` })],
    ['reads with its origin', 'GET', () => ({ origin: neighbour() })],
    ['loads a script', 'GET', () => ({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' })],
    ['frames it', 'GET', () => ({ ...page, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' })],
  ])('that %s is refused', async (_, method, headers) => {
    const answer = await ask(stand.loopback, `/s/${id}/api/kernels`, {
      method,
      headers: { ...stand.signedIn(id), ...headers() },
    });
    expect(answer.status).toBe(403);
    expect(upstream.seen).toEqual([]);
  });

  test('may be left for ours by a link', async () => {
    const headers = { ...stand.signedIn(id), ...page, 'sec-fetch-site': 'cross-site' };
    expect((await ask(stand.loopback, `/s/${id}/lab`, { headers })).status).toBe(200);
  });

  test('of the session itself may do all this', async () => {
    const headers = { ...stand.signedIn(id), origin: `http://${stand.hostOf(id)}`, 'sec-fetch-site': 'same-origin' };
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await ask(stand.loopback, `/s/${id}/api`, { method, headers })).status).toBe(200);
    }
  });

  test('may not use the portal’s API', async () => {
    const mine = stand.signedIn(stand.label);
    const list = (headers: Record<string, string>) =>
      ask(stand.loopback, '/api/sessions', { headers: { ...mine, ...headers } });
    expect((await list({})).status).toBe(200);
    expect((await list({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await list({ origin: `http://${stand.hostOf(id)}` })).status).toBe(403);
    const stop = { method: 'POST', headers: { ...mine, origin: `http://${stand.hostOf(id)}` } };
    expect((await ask(stand.loopback, `/api/sessions/${id}/stop`, stop)).status).toBe(403);
    expect(stand.sessions.stopped).toEqual([]);
  });
});

describe('the control name', () => {
  const proof = () => `Pier ${sign(stand.secret, 'control', 'client')}`;
  const control = (headers: Record<string, string>, method = 'POST') =>
    ask(stand.socket, '/keys/portal', { method, headers: { host: 'pier', ...headers } });

  test('answers who can read the secret', async () => {
    expect(JSON.parse((await control({ authorization: proof() })).body)).toMatchObject({ label: stand.label });
  });

  test.each([
    ['without a proof', () => ({})],
    ['with another proof', () => ({ authorization: `Pier ${sign(stand.secret, 'cookie', 'client')}` })],
    ['from a page, even with the proof', () => ({ authorization: proof(), origin: 'http://pier' })],
    ['from a browser, even with the proof', () => ({ authorization: proof(), 'sec-fetch-site': 'none' })],
    ['from one that is signed in', () => ({ authorization: proof(), cookie: stand.signedIn(stand.label).cookie })],
  ])('is refused %s', async (_, headers) => {
    const answer = await control(headers());
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('key"');
  });

  test('is refused as a link, and under any other spelling', async () => {
    expect((await control({ authorization: proof() }, 'GET')).status).toBe(403);
    for (const host of ['pier:8888', 'PIER', 'pier.', stand.hostOf(stand.label)]) {
      const answer = await control({ authorization: proof(), host, origin: `http://${host}` });
      expect([401, 421]).toContain(answer.status);
    }
  });

  test('is not known at the front', async () => {
    const headers = { host: 'pier', authorization: proof() };
    expect((await ask(stand.loopback, '/keys/portal', { method: 'POST', headers })).status).toBe(421);
  });
});

describe('another user of this machine', () => {
  const isRoot = process.getuid?.() === 0;

  test.runIf(isRoot)('gets nothing with a stolen cookie (needs root to be another user)', async () => {
    const { host, cookie } = stand.signedIn(id);
    const url = `http://${host}/s/${id}/api`;
    const curl = ['curl', '-sS', '-w', '%{http_code}', '-H', `Cookie: ${cookie}`];
    const change = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    for (const address of ['127.0.0.1', '[::1]']) {
      const to = ['--connect-to', `::${address}:${stand.loopback.port}`, url];
      const [theirs, ours] = await Promise.all(
        [
          [...change, ...curl, ...to],
          [...curl, ...to],
        ].map(([program = '', ...args]) => run(program, args, { env: { PATH: process.env.PATH }, timeoutMs: 10_000 })),
      );
      expect(theirs?.stdout).toMatch(/belongs to another user.*403$/s);
      expect(ours?.stdout).toMatch(/200$/);
    }
    expect(upstream.seen).toHaveLength(2);
  });

  test.runIf(isRoot)('cannot even open the socket', async () => {
    const script = `require('net').connect(process.argv[1]).on('error', (error) => process.stdout.write(error.code))`;
    const change = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script];
    const way = 'path' in stand.socket ? stand.socket.path : '';
    const result = await run('setpriv', [...change, way], { env: {}, timeoutMs: 10_000, cwd: '/' });
    expect(result.stdout).toBe('EACCES');
  });
});

test('an upgrade passes the same gate', async () => {
  const upgrade = (lines: string[]) =>
    sendRaw(
      stand.loopback,
      [
        `GET /s/${id}/ws HTTP/1.1`,
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        ...lines,
        '\r\n',
      ].join('\r\n'),
    );
  const { host, cookie } = stand.signedIn(id);
  const own = [`Host: ${host}`, `Cookie: ${cookie}`, `Origin: http://${host}`];
  expect(await upgrade(['Upgrade: websocket', ...own.slice(0, 2)])).toMatch(/^HTTP\/1.1 403/);
  expect(await upgrade(['Upgrade: websocket', ...own.slice(0, 2), `Origin: http://${stand.hostOf(other)}`])).toMatch(
    / 403/,
  );
  expect(await upgrade(['Upgrade: websocket', own[0] as string, own[2] as string])).toMatch(/^HTTP\/1.1 401/);
  expect(await upgrade(['Upgrade: websocket', 'Host: evil.example', 'Origin: http://evil.example'])).toMatch(/ 421/);
  expect(await upgrade(['Upgrade: h2c', ...own])).toMatch(/^HTTP\/1.1 400/);
  expect(await upgrade(['Upgrade: websocket', 'Content-Length: 3', ...own, '', 'abc'])).toMatch(/^HTTP\/1.1 400/);
  const portal = stand.signedIn(stand.label);
  const there = [`Host: ${portal.host}`, `Cookie: ${portal.cookie}`, `Origin: http://${portal.host}`];
  expect(await upgrade(['Upgrade: websocket', ...there])).toMatch(/^HTTP\/1.1 404/);
  expect(upstream.seen).toEqual([]);
});

test('a name or a reason with HTML in it is shown as text', async () => {
  const reason = '<script>alert(1)</script>';
  stand.sessions.all.set(id, sessionNamed(id, { state: 'starting', endpoint: null, reason, directory: '"><b>' }));
  const answer = await ask(stand.loopback, `/s/${id}/lab`, { headers: { ...stand.signedIn(id), ...page } });
  expect(answer.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(answer.body).toContain('&quot;&gt;&lt;b&gt;');
  expect(answer.body).not.toContain('<script>alert');
});

test('our own pages let nobody frame them, sniff them or keep them', async () => {
  const pages = [
    await ask(stand.loopback, '/', { headers: { ...stand.signedIn(stand.label), ...page } }),
    await ask(stand.loopback, '/', { headers: { host: stand.hostOf(id), ...page } }),
    await ask(stand.loopback, '/pier/sign-in', { headers: { host: stand.hostOf(id), ...page } }),
  ];
  for (const { headers } of pages) {
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  }
});

test('a connection that nobody let in gets nothing', async () => {
  const socket = connect(stand.socket as { path: string });
  await once(socket, 'connect');
  socket.destroy();
});
