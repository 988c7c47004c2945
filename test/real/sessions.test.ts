import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, appendFile, mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { identityOf } from '../../src/files/index.ts';
import { until } from '../sandbox.ts';
import { marked, type Person, person, program, runs } from './pier.ts';

let ada: Person;
beforeEach(async () => {
  ada = await person();
});
afterEach(() => ada[Symbol.asyncDispose]());

interface Known {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly endpoint: { readonly kind: string; readonly path: string; readonly port: number } | null;
}

async function lab(...args: string[]): Promise<Known> {
  const { session } = await ada.json('lab', '-e', inject('sci'), '--detach', '--no-browser', ...args);
  return session as unknown as Known;
}

async function list(): Promise<Known[]> {
  return ((await ada.json('session', 'list', '--all')) as unknown as { sessions: Known[] }).sessions;
}

async function stateOf(id: string): Promise<Known> {
  return (await list()).find((session) => session.id === id) as Known;
}

async function recordOf(id: string, name: string) {
  return JSON.parse(await readFile(path.join(ada.sessions, id, 'attempts', '1', name), 'utf8'));
}

/** Waits until a session is over, by the truth that `session list` tells. */
async function over(id: string): Promise<Known> {
  return await until(async () => {
    const session = await stateOf(id);
    return ['ended', 'failed'].includes(session.state) && session;
  });
}

async function gone(file: string): Promise<boolean> {
  return await access(file).then(
    () => false,
    () => true,
  );
}

test('a session is ready, listed, and stopped with nothing left of it', async () => {
  const session = await lab();
  expect(session).toMatchObject({ state: 'ready', endpoint: { kind: 'socket' } });
  const { agent, runtimeDirectory } = await recordOf(session.id, 'started.json');
  const { jupyter } = await recordOf(session.id, 'endpoint.json');
  expect((await stat(session.endpoint?.path as string)).mode & 0o777).toBe(0o600);
  expect((await stat(runtimeDirectory)).mode & 0o777).toBe(0o700);
  expect(await list()).toMatchObject([{ id: session.id, state: 'ready' }]);

  const stopped = await ada.pier('session', 'stop', session.id.slice(0, 5));
  expect(stopped).toMatchObject({ exitCode: 0, stdout: `${session.id}: It was stopped by pier session stop.\n` });
  expect(await list()).toMatchObject([{ id: session.id, state: 'ended' }]);
  expect([agent.pid, jupyter.pid].filter(runs)).toEqual([]);
  expect(await gone(runtimeDirectory)).toBe(true);
});

test('a log that is followed is told line by line, each once and whole, until the session is over', async () => {
  const { id } = await lab();
  const log = path.join(ada.sessions, id, 'attempts', '1', 'log');
  const following = spawn(process.execPath, [program, 'session', 'logs', '--follow', id], {
    env: ada.box.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(following, 'close');
  let shown = '';
  following.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text;
  });
  const ours = () => shown.split('\n').filter((line) => /^[WE] /.test(line));
  await appendFile(log, 'W foo\n');
  await until(() => ours().length === 1);
  await appendFile(log, Buffer.concat([Buffer.from('E bad\nW foo\nE stra'), Buffer.from('ß').subarray(0, 1)]));
  await until(() => ours().length === 3);
  await appendFile(log, Buffer.concat([Buffer.from('ß').subarray(1), Buffer.from('e\nW foo\nE cut')]));
  await until(() => ours().length === 5);
  await ada.pier('session', 'stop', id);
  expect(await closed).toEqual([0, null]);
  const [last] = ours().slice(5);
  expect(ours().slice(0, 5)).toEqual(['W foo', 'E bad', 'W foo', 'E straße', 'W foo']);
  expect(last).toMatch(/^E cut/);
  expect(shown.match(/E cut/g)).toHaveLength(1);
});

test('what is on record of a session that ended 30 days ago goes when another one starts', async () => {
  const { id } = await lab();
  await ada.pier('session', 'stop', id);
  const directory = path.join(ada.sessions, id);
  for (const place of [directory, path.join(directory, 'attempts'), path.join(directory, 'attempts', '1')]) {
    await utimes(place, new Date(0), new Date(0));
  }
  const another = await lab();
  expect(await list()).toMatchObject([{ id: another.id, state: 'ready' }]);
  expect(await gone(directory)).toBe(true);
});

test('nothing secret stands in argv, the job script, the log or a file that others can read', async () => {
  const { id } = await lab();
  const { jupyter } = await recordOf(id, 'endpoint.json');
  const argv = (await readFile(`/proc/${jupyter.pid}/cmdline`, 'utf8')).split('\0');
  expect(argv).toContain('--IdentityProvider.token=');
  const files = await readdir(ada.sessions, { recursive: true, withFileTypes: true });
  for (const file of files) {
    const { mode } = await stat(path.join(file.parentPath, file.name));
    expect([file.name, mode & 0o077]).toEqual([file.name, 0]);
  }
});

test('the user’s own Jupyter configuration cannot open the server to others', async () => {
  await mkdir(path.join(ada.box.home, '.jupyter'));
  const config = "c.ServerApp.ip='0.0.0.0'\nc.ServerApp.allow_origin='*'\nc.ServerApp.disable_check_xsrf=True\n";
  const password = "c.PasswordIdentityProvider.hashed_password='argon2:x'\nc.ServerApp.base_url='/other/'\n";
  await writeFile(path.join(ada.box.home, '.jupyter', 'jupyter_server_config.py'), config + password);
  const { state, id } = await lab();
  expect(state).toBe('ready');
  const { jupyter } = await recordOf(id, 'endpoint.json');
  expect(await listeningPorts(jupyter.pid)).toEqual([]);
});

/** TCP ports that a process listens on, by the sockets it holds. */
async function listeningPorts(pid: number): Promise<number[]> {
  const { readlink } = await import('node:fs/promises');
  const links = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
    .map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '', 16));
}

test('two at once have sockets of their own', async () => {
  const [one, two] = await Promise.all([lab(), lab()]);
  expect(one.endpoint?.path).not.toBe(two.endpoint?.path);
  await ada.pier('session', 'stop', one.id);
  expect(await stateOf(two.id)).toMatchObject({ state: 'ready' });
});

test('Jupyter that is killed is told as failed, and why', async () => {
  const { id } = await lab();
  process.kill((await recordOf(id, 'endpoint.json')).jupyter.pid, 'SIGKILL');
  expect(await over(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('killed by SIGKILL') });
});

test('Jupyter that is shut down from its own menu has ended, not failed', async () => {
  const { id } = await lab();
  process.kill((await recordOf(id, 'endpoint.json')).jupyter.pid, 'SIGTERM');
  expect(await over(id)).toMatchObject({ state: 'ended', reason: expect.stringContaining('from within Jupyter') });
});

test('when the agent is killed, Jupyter and its directory go with it', async () => {
  const { id } = await lab();
  const { agent, runtimeDirectory } = await recordOf(id, 'started.json');
  const { jupyter } = await recordOf(id, 'endpoint.json');
  process.kill(agent.pid, 'SIGKILL');
  expect(await over(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('killed by signal 9') });
  await until(() => !runs(jupyter.pid));
  await until(() => gone(runtimeDirectory));
});

test('when agent and job are killed, it is told as failed, and stop clears away what is left', async () => {
  const { id } = await lab();
  const { agent, runtimeDirectory } = await recordOf(id, 'started.json');
  const { jupyter } = await recordOf(id, 'endpoint.json');
  process.kill((await recordOf(id, 'submitted.json')).identity.pid, 'SIGKILL');
  process.kill(agent.pid, 'SIGKILL');
  expect(await over(id)).toMatchObject({ state: 'failed' });
  await ada.pier('session', 'stop', id);
  expect(runs(jupyter.pid)).toBe(false);
  expect(await gone(runtimeDirectory)).toBe(true);
});

test('the agent killed at ten moments of a start leaves no Jupyter behind', async () => {
  for (let moment = 0; moment < 10; moment++) {
    const started = lab().catch(() => undefined);
    const id = await until(async () => {
      const ids = await readdir(ada.sessions).catch(() => []);
      return ids.length > moment && (await newest(ids));
    });
    const { agent } = await until(() => recordOf(id, 'started.json').catch(() => undefined));
    await new Promise((resolve) => setTimeout(resolve, moment * 150));
    process.kill(agent.pid, 'SIGKILL');
    await started;
    expect(await over(id)).toMatchObject({ state: 'failed' });
    const job = (await recordOf(id, 'submitted.json')).identity;
    await until(() => !runs(job.pid));
    expect(await marked(id)).toEqual([]);
  }
});

async function newest(ids: string[]): Promise<string | undefined> {
  const times = await Promise.all(
    ids.map(async (id) => ({ id, made: (await stat(path.join(ada.sessions, id))).ctimeMs })),
  );
  return times.sort((a, b) => b.made - a.made)[0]?.id;
}

test('a Jupyter that dies at its start is told with the end of its log', async () => {
  await mkdir(path.join(ada.box.home, '.jupyter'));
  const config = 'import os, sys\nprint("no licence for this", file=sys.stderr, flush=True)\nos._exit(3)\n';
  await writeFile(path.join(ada.box.home, '.jupyter', 'jupyter_server_config.py'), config);
  const failed = await ada.pier('lab', '-e', inject('sci'), '--detach', '--no-browser');
  expect(failed.exitCode).toBe(2);
  expect(failed.stderr).toContain('no licence for this');
  expect(failed.stderr).toMatch(/pier session logs/);
  expect(Math.max(...failed.stderr.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('an agent that another run has replaced while it started opens nothing, and ends', async () => {
  await using eve = await person();
  await mkdir(path.join(eve.box.home, '.jupyter'));
  // Jupyter itself says, as it starts, that there is another run, as of a job that Slurm has started again elsewhere.
  const config = `
import json, os
file = os.path.join(${JSON.stringify(eve.sessions)}, os.environ["PIER_SESSION"], "attempts", "1", "started.json")
started = json.load(open(file))
json.dump({**started, "restart": 5}, open(file, "w"))
`;
  await writeFile(path.join(eve.box.home, '.jupyter', 'jupyter_server_config.py'), config);
  expect((await eve.pier('lab', '-e', inject('sci'), '--detach', '--no-browser')).exitCode).toBe(2);
  const [id = ''] = await readdir(eve.sessions);
  const records = await readdir(path.join(eve.sessions, id, 'attempts', '1'));
  expect(records).toContain('started.json');
  expect(records).not.toContain('endpoint.json');
  expect(records).not.toContain('beat.json');
  await until(async () => (await marked(id)).length === 0, 30_000);
});

test('a pid that belongs to another process by now, or came from another boot, is never signalled', async () => {
  const { id } = await lab();
  const bystander = spawn('sleep', ['600'], { detached: true });
  await once(bystander, 'spawn');
  const identity = identityOf(bystander.pid as number);
  const { agent } = await recordOf(id, 'started.json');
  const forged = [
    { ...identity, start: (identity.start ?? 0) - 5 },
    { ...identity, boot: 'f00dfeed-0000-0000-0000-000000000000' },
  ];
  for (const other of forged) {
    const started = path.join(ada.sessions, id, 'attempts', '1', 'started.json');
    const submitted = path.join(ada.sessions, id, 'attempts', '1', 'submitted.json');
    await writeFile(started, JSON.stringify({ ...(await recordOf(id, 'started.json')), agent: other }), {
      mode: 0o600,
    });
    await writeFile(submitted, JSON.stringify({ ...(await recordOf(id, 'submitted.json')), identity: other }));
    await ada.pier('session', 'stop', id);
    expect(runs(identity.pid)).toBe(true);
  }
  bystander.kill('SIGKILL');
  process.kill(agent.pid, 'SIGTERM');
  await until(() => !runs(agent.pid), 60_000);
});

test('a TMPDIR of 120 characters, and a runtime directory that others may enter, do no harm', async () => {
  const long = path.join(ada.box.directory, 'x'.repeat(120));
  const open = path.join(ada.box.directory, 'open');
  await mkdir(long);
  await mkdir(open, { mode: 0o777 });
  await using eve = await person({ TMPDIR: long, XDG_RUNTIME_DIR: open });
  const { session } = await eve.json('lab', '-e', inject('sci'), '--detach', '--no-browser');
  expect(session).toMatchObject({ state: 'ready' });
});

test('an environment without Jupyter is refused with the command that installs it', async () => {
  const bare = path.join(ada.box.directory, 'bare');
  const python = spawn('python3', ['-m', 'venv', '--without-pip', bare]);
  await once(python, 'exit');
  const refused = await ada.pier('lab', '-e', bare, '--detach');
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('bare has no JupyterLab.') });
  expect(refused.stderr).toMatch(/uv pip install --python \S+\/bare\/bin\/python jupyterlab/);
});

test('a directory that is not there is refused before anything is recorded', async () => {
  const refused = await ada.pier('lab', '-e', inject('sci'), '--dir', '/no/such/place');
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('/no/such/place does not exist') });
  expect(await list()).toEqual([]);
});
