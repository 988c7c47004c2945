import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { liveness, namesIn } from '../files/index.ts';
import { run, start } from '../process/index.ts';
import { ensurePortal, findPortal, type PortalClient, stopPortal } from './index.ts';
import { portalFiles } from './record.ts';
import { portalDirectory } from './secret.ts';
import { ask } from './stand.ts';
import { buildProgram, type Program } from './stand-program.ts';

let pier: Program;
let box: Sandbox;

beforeAll(async () => {
  pier = await buildProgram(`
    const idleMinutes = Number(process.env.IDLE_MINUTES ?? 15);
    portal.servePortal({ idleMinutes }).then((outcome) => console.error(outcome));
  `);
});
afterAll(() => pier[Symbol.asyncDispose]());

beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  vi.stubEnv('XDG_RUNTIME_DIR', '');
  vi.stubEnv('TMPDIR', box.directory);
});
afterEach(async () => {
  await rm(portalFiles().record, { force: true });
  await stopPortal().catch(() => {});
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

const ensure = () => ensurePortal(pier.command);

/** Signs in as a browser does, and gives back its headers. */
async function signIn(portal: PortalClient) {
  const { host, origin, hash } = new URL(await portal.signInUrl());
  const way = { host: '127.0.0.1', port: portal.port };
  const headers = { host, origin, 'content-length': String(hash.length - 1) };
  const answer = await ask(way, '/pier/sign-in', { method: 'POST', headers, body: hash.slice(1) });
  return { host, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] as string };
}

test('the first who needs the portal starts it, the next one finds it', async () => {
  expect(await findPortal()).toBeUndefined();
  const [one, two] = [await ensure(), await ensure()];
  expect(two.identity).toEqual(one.identity);
  expect(one.address()).toBe(`http://${one.label}.localhost:${one.port}/`);
  expect(await stopPortal()).toBe(true);
  expect(await findPortal()).toBeUndefined();
  expect(await stopPortal()).toBe(false);
});

test('of several started at once one serves, and all find that one', async () => {
  const starters = await Promise.all(Array.from({ length: 4 }, ensure));
  expect(new Set(starters.map(({ identity }) => identity.pid)).size).toBe(1);
  const running = async () => (await run('pgrep', ['-f', pier.command[1]], { timeoutMs: 5000 })).stdout;
  await until(async () => (await running()) === `${starters[0]?.identity.pid}\n`);
});

test('one that was killed is replaced at the same address, whoever was signed in still is', async () => {
  const first = await ensure();
  const headers = await signIn(first);
  process.kill(first.identity.pid, 'SIGKILL');
  await until(() => liveness(first.identity) === 'dead');
  expect(await findPortal()).toBeUndefined();
  const second = await ensure();
  expect(second).toMatchObject({ port: first.port, label: first.label });
  expect(second.socket).not.toBe(first.socket);
  const answer = await ask({ host: '127.0.0.1', port: second.port }, '/api/sessions', { headers });
  expect(answer).toMatchObject({ status: 200, body: '{"sessions":[]}' });
  await expect(lstat(path.dirname(first.socket))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('when its port was taken meanwhile, it moves and says where', async () => {
  const first = await ensure();
  await stopPortal();
  const squatter = createServer().listen(first.port, '::1');
  const second = await ensure();
  expect(second.port).not.toBe(first.port);
  expect(second.label).toBe(first.label);
  squatter.close();
});

test('with a new secret everybody is signed out, and the portal that had the old one goes', async () => {
  vi.stubEnv('IDLE_MINUTES', '0.002');
  const first = await ensure();
  const headers = await signIn(first);
  await rm(path.join(portalDirectory(), 'secret'));
  await until(() => liveness(first.identity) === 'dead');
  vi.stubEnv('IDLE_MINUTES', '15');
  const second = await ensure();
  const answer = await ask({ host: '127.0.0.1', port: second.port }, '/api/sessions', { headers });
  expect(answer.status).toBe(401);
});

test('nobody needs it: it ends and leaves its address', async () => {
  vi.stubEnv('IDLE_MINUTES', '0.002');
  const portal = await ensure();
  await until(() => liveness(portal.identity) === 'dead');
  expect(await namesIn(path.dirname(portalFiles().record))).toEqual(['address.json', 'log']);
  expect(await readFile(portalFiles().log, 'utf8')).toBe('idle\n');
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends it, and nothing is left to connect to', async (signal) => {
  const portal = await ensure();
  process.kill(portal.identity.pid, signal);
  await until(() => liveness(portal.identity) === 'dead');
  await expect(lstat(path.dirname(portal.socket))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(lstat(portalFiles().record)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a record that is a link, a FIFO or not JSON is refused and named', async () => {
  const file = portalFiles().record;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await symlink('/etc/passwd', file);
  await expect(ensure()).rejects.toMatchObject({ code: 'record-untrusted' });
  await rm(file);
  execFileSync('mkfifo', [file]);
  await expect(ensure()).rejects.toMatchObject({ code: 'record-untrusted' });
  await rm(file);
  await writeFile(file, '{"port": 80}', { mode: 0o600 });
  await expect(ensure()).rejects.toMatchObject({ code: 'record-damaged', hint: expect.stringContaining(file) });
});

test('a record that names another socket is not followed, and the portal mends it', async () => {
  vi.stubEnv('IDLE_MINUTES', '0.01');
  const portal = await ensure();
  const keepAlive = ask({ host: '127.0.0.1', port: portal.port }, '/', { headers: { host: 'x' } });
  let reached = 0;
  const open = path.join(box.directory, 'open');
  await mkdir(open, { mode: 0o755 });
  const trap = createServer(() => reached++).listen(path.join(open, 'p.sock'));
  const record = JSON.parse(await readFile(portalFiles().record, 'utf8'));
  const forged = `${portalFiles().record}.forged`;
  await writeFile(forged, JSON.stringify({ ...record, socket: path.join(open, 'p.sock') }), { mode: 0o600 });
  await rename(forged, portalFiles().record);
  // The portal may have mended it by now.
  expect([undefined, portal.socket]).toContain((await findPortal())?.socket);
  const found = await until(findPortal);
  expect(found.socket).toBe(portal.socket);
  expect(reached).toBe(0);
  trap.close();
  await keepAlive;
});

test('a process that has the recorded pid now is not taken for the portal', async () => {
  const portal = await ensure();
  const record = JSON.parse(await readFile(portalFiles().record, 'utf8'));
  await stopPortal();
  const { pid, ended } = await start('sleep', ['600'], { env: process.env, output: 'ignore', ownSession: true });
  const reused = { ...record, identity: { ...portal.identity, pid } };
  await writeFile(portalFiles().record, JSON.stringify(reused), { mode: 0o600 });
  expect(await findPortal()).toBeUndefined();
  expect(await stopPortal()).toBe(false);
  process.kill(pid, 'SIGKILL');
  expect(await ended).toMatchObject({ signal: 'SIGKILL' });
});

test('one that cannot start says why, with the end of its log', async () => {
  const broken = [process.execPath, '-e', 'console.error("no luck"); process.exit(1)'];
  await expect(ensurePortal(broken)).rejects.toMatchObject({
    code: 'portal-silent',
    message: expect.stringMatching(/ended at once\.\nno luck$/),
  });
});

test('a key for a session that is not there is an error with its name', async () => {
  const portal = await ensure();
  await expect(portal.signInUrl({ session: 'zzzzzzzz' })).rejects.toMatchObject({ code: 'session-unknown' });
  expect(await portal.signInUrl({ port: 80 })).toMatch(`http://${portal.label}.localhost/pier/sign-in#`);
  expect(await portal.signInUrl({ port: 8888, lasting: true })).toMatch(/\.localhost:8888\/pier\/sign-in#[\w-]{22,}$/);
});

test('no secret stands in what other users can see of it', async () => {
  const portal = await ensure();
  const key = new URL(await portal.signInUrl()).hash.slice(1);
  const secret = JSON.parse(await readFile(path.join(portalDirectory(), 'secret'), 'utf8'));
  const seen = [
    await readFile(`/proc/${portal.identity.pid}/cmdline`, 'utf8'),
    await readFile(portalFiles().log, 'utf8'),
    await readFile(portalFiles().record, 'utf8'),
  ].join();
  expect(seen).not.toContain(key);
  expect(seen).not.toContain(secret);
  for (const file of [portalFiles().record, portalFiles().log, path.join(portalDirectory(), 'secret')]) {
    expect((await lstat(file)).mode & 0o077).toBe(0);
  }
});
