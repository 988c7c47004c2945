import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { addSession, ask, openStand, type Stand, sessionNamed } from './stand.ts';

const id = 'kd3m7q2a';
let box: Sandbox;
let stand: Stand;

beforeEach(async () => {
  box = await sandbox();
  const web = path.join(box.directory, 'web');
  await mkdir(path.join(web, 'below'), { recursive: true });
  await writeFile(path.join(web, 'portal.js'), '// js');
  await writeFile(path.join(web, 'portal.css'), '/* css */');
  await writeFile(path.join(web, 'other.html'), 'html');
  await writeFile(path.join(box.directory, 'secret.js'), 'secret');
  stand = await openStand(box.directory, web);
  await addSession(stand, box.directory, id);
});
afterEach(async () => {
  await stand[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

const own = () => ({ ...stand.signedIn(stand.label), origin: `http://${stand.hostOf(stand.label)}` });
const call = (method: string, url: string) => ask(stand.loopback, url, { method, headers: own() });

describe('the API', () => {
  test('tells of each session what a page needs, and no path to a socket', async () => {
    const { sessions } = JSON.parse((await call('GET', '/api/sessions')).body);
    expect(sessions).toEqual([
      {
        id,
        app: 'lab',
        state: 'ready',
        reason: 'Jupyter answers.',
        remarks: [],
        environment: 'sci',
        on: 'here',
        directory: '/home/ada/work',
        host: 'here',
        created: '2026-11-23T10:00:00.000Z',
        ready: '2026-11-23T10:00:05.000Z',
        ended: null,
        ends: null,
        attempt: 1,
      },
    ]);
  });

  test('opens a session at the port that the browser sees', async () => {
    const through = async (host: string) => {
      const headers = { ...own(), host, origin: `http://${host}` };
      const { body } = await ask(stand.socket, `/api/sessions/${id}/open`, { method: 'POST', headers });
      return new URL(JSON.parse(body).url);
    };
    expect((await through(stand.hostOf(stand.label))).host).toBe(stand.hostOf(id));
    expect((await through(`${stand.label}.localhost:8888`)).host).toBe(`${id}.localhost:8888`);
    const plain = await through(`${stand.label}.localhost`);
    expect(plain.host).toBe(`${id}.localhost`);

    const body = plain.hash.slice(1);
    const from = { host: `${id}.localhost`, origin: `http://${id}.localhost`, 'content-length': String(body.length) };
    const signedIn = await ask(stand.socket, '/pier/sign-in', { method: 'POST', headers: from, body });
    expect(signedIn.status).toBe(200);
  });

  test('asks a session to stop, in the portal’s name, and shows its log', async () => {
    expect(JSON.parse((await call('POST', `/api/sessions/${id}/stop`)).body).session.state).toBe('ended');
    expect(stand.sessions.stopped).toEqual([{ id, by: 'the portal' }]);
    expect(JSON.parse((await call('GET', `/api/sessions/${id}/log`)).body).log).toContain(`log of ${id}`);
  });

  test('does not lead to a session that has a port and a token of its own', async () => {
    stand.sessions.all.set(
      id,
      sessionNamed(id, { endpoint: { kind: 'direct', port: 18888, addresses: ['127.0.0.1'] } }),
    );
    const answer = await call('POST', `/api/sessions/${id}/open`);
    expect(answer.status).toBe(409);
    expect(JSON.parse(answer.body).error.hint).toBe(`pier session open ${id}`);
  });

  test.each([
    ['POST', '/api/sessions/zzzzzzzz/open', 404],
    ['POST', '/api/sessions/..%2f..%2fetc/stop', 404],
    ['GET', `/api/sessions/${id}/open`, 404],
    ['DELETE', `/api/sessions/${id}`, 404],
    ['GET', '/api/nothing', 404],
  ])('answers %s %s with %i, as JSON', async (method, url, status) => {
    const answer = await call(method, url);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body).error.message).toMatch(/\.$/);
  });

  test('a fault of pier’s own tells the page nothing', async () => {
    stand.sessions.all.set(id, undefined as never);
    const answer = await call('GET', '/api/sessions');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toMatch(/TypeError|undefined|\.ts/);
  });

  test('is on no session’s host', async () => {
    const headers = { ...stand.signedIn(id), origin: `http://${stand.hostOf(id)}` };
    for (const url of [
      '/api/sessions',
      '/pier/api/sessions',
      '/pier/%2e%2e%2fapi/sessions',
      '/pier/..%2Fapi/sessions',
    ]) {
      expect((await ask(stand.loopback, url, { headers })).status).toBe(404);
    }
  });
});

describe('signing in', () => {
  const attempt = (body: string, length: Record<string, string> = { 'content-length': String(body.length) }) => {
    const host = stand.hostOf(id);
    const headers = { host, origin: `http://${host}`, ...length };
    return ask(stand.loopback, '/pier/sign-in', { method: 'POST', headers, body });
  };

  test.each([
    ['too long to be a key', () => attempt('x'.repeat(201))],
    ['of no length', () => attempt('x', { 'transfer-encoding': 'chunked' })],
    ['empty', () => attempt('')],
    ['a key of another label', () => attempt(new URL(stand.signInUrl(stand.label)).hash.slice(1))],
  ])('is refused when what is sent is %s', async (_, send) => {
    const answer = await send();
    expect(answer.status).toBe(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(JSON.parse(answer.body).error.hint).toBe(`pier session open ${id}`);
  });

  test('is seen to have worked, with the cookie that the browser was given', async () => {
    const asked = (cookie?: string) => {
      const headers = { host: stand.hostOf(id), ...(cookie === undefined ? {} : { cookie }) };
      return ask(stand.loopback, '/pier/signed-in', { headers });
    };
    for (const agent of ['Mozilla/5.0 AppleWebKit/605.1.15 Version/18.6 Safari/605.1.15', 'Firefox/140.0']) {
      const key = new URL(stand.signInUrl(id)).hash.slice(1);
      const answer = await attempt(key, { 'content-length': String(key.length), 'user-agent': agent });
      const [cookie] = String(answer.headers['set-cookie']).split(';');
      expect(cookie?.startsWith(agent.includes('Safari') ? 'pier=' : '__Host-pier=')).toBe(true);
      expect((await asked(cookie)).status).toBe(204);
    }
    expect((await asked()).status).toBe(401);
  });

  test('after ten guesses is refused for a while, also with a good key', async () => {
    for (let guess = 0; guess < 10; guess++) await attempt('guess');
    const good = new URL(stand.signInUrl(id)).hash.slice(1);
    expect((await attempt(good)).status).toBe(429);
  });
});

test('of the built files only scripts and styles are given out, by their plain names', async () => {
  const look = (name: string) => ask(stand.loopback, `/pier/assets/${name}`, { headers: own() });
  expect(await look('portal.js')).toMatchObject({ status: 200, body: '// js' });
  expect((await look('portal.css')).headers['content-type']).toBe('text/css; charset=utf-8');
  for (const name of ['other.html', 'below', 'none.js', '..%2fsecret.js', '%2e%2e%2fsecret.js', '.js', '%00.js']) {
    expect((await look(name)).status).toBe(404);
  }
});
