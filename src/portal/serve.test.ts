import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { findPortal, servePortal } from './index.ts';
import { ask, type FakeSessions, fakeSessions, sessionNamed, startUpstream, type Upstream } from './stand.ts';

const id = 'kd3m7q2a';
let box: Sandbox;
let sessions: FakeSessions;
let upstream: Upstream;

beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  vi.stubEnv('XDG_RUNTIME_DIR', '');
  vi.stubEnv('TMPDIR', box.directory);
  sessions = fakeSessions();
  sessions.all.set(id, sessionNamed(id));
  upstream = await startUpstream(box.directory, id);
  sessions.upstreams.set(id, upstream);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await upstream[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

function endPortal(): void {
  process.emit('SIGTERM');
}

test('a browser signs in to a session with a one-time key, and then has that session', async () => {
  const served = servePortal({ sessions });
  const portal = await until(findPortal);
  const url = new URL(await portal.signInUrl({ session: id }));
  expect(url.host).toBe(`${id}.localhost:${portal.port}`);
  const way = { host: '127.0.0.1', port: portal.port };
  const origin = url.origin;
  const host = url.host;
  const refused = await ask(way, '/', { headers: { host } });
  expect(refused.status).toBe(401);
  const body = url.hash.slice(1);
  const signIn = { method: 'POST', headers: { host, origin, 'content-length': String(body.length) }, body };
  const signedIn = await ask(way, '/pier/sign-in', signIn);
  expect(signedIn.status).toBe(200);
  const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] as string;
  expect(await ask(way, '/', { headers: { host, cookie } })).toMatchObject({
    status: 302,
    headers: { location: `/s/${id}/lab` },
  });
  const answer = await ask(way, `/s/${id}/api?x=1`, { headers: { host, cookie: `${cookie}; _xsrf=2` } });
  expect(JSON.parse(answer.body)).toMatchObject({ id, url: `/s/${id}/api?x=1`, headers: { host, cookie: '_xsrf=2' } });
  expect((await ask(way, '/pier/sign-in', signIn)).status).toBe(403);
  endPortal();
  expect(await served).toBe('signal');
});

test('it leaves nothing behind but its address, its secret and its log', async () => {
  const served = servePortal({ sessions });
  const portal = await until(findPortal);
  expect((await lstat(portal.socket)).mode & 0o777).toBe(0o600);
  endPortal();
  await served;
  expect(await findPortal()).toBeUndefined();
  await expect(lstat(path.dirname(portal.socket))).rejects.toMatchObject({ code: 'ENOENT' });
  const left = await readdir(path.join(box.home, 'state', 'pier', 'portal'), { recursive: true });
  expect(left.map((name) => path.basename(name)).sort()).toMatchObject(
    expect.arrayContaining(['address.json', 'secret']),
  );
  expect(left.filter((name) => /portal\.json|claim/.test(name))).toEqual([]);
});
