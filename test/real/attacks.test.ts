import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Person, person } from './pier.ts';

// The attacker is another user of this machine; making one takes root.
const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];

let ada: Person;
beforeEach(async () => {
  ada = await person();
  // A home that everybody may look into, and a umask that hides nothing: then only pier's own care protects.
  await chmod(ada.box.directory, 0o755);
  await chmod(ada.box.home, 0o755);
  process.umask(0o022);
});
afterEach(() => ada[Symbol.asyncDispose]());

interface Opened {
  readonly session: { readonly id: string; readonly endpoint: { readonly path: string } };
  readonly opening: { readonly url: string };
}

const lab = async (...args: string[]) => (await ada.json('lab', '-e', inject('sci'), ...args)) as unknown as Opened;

test.runIf(process.getuid?.() === 0)(
  'another user can neither connect to Jupyter nor read a record, a log or the runtime directory',
  async () => {
    const { session } = await lab();
    const socket = session.endpoint.path;
    const connect = `require('net').connect(${JSON.stringify(socket)}).on('connect',()=>process.exit(0)).on('error',e=>{console.log(e.code);process.exit(1)})`;
    const tried = spawnSync('setpriv', [...asNobody, process.execPath, '-e', connect], { encoding: 'utf8', cwd: '/' });
    expect(tried).toMatchObject({ status: 1, stdout: 'EACCES\n' });
    expect(spawnSync(process.execPath, ['-e', connect]).status).toBe(0);

    const places = [path.dirname(socket), path.join(ada.box.home, '.local', 'state', 'pier')];
    for (const place of places) {
      expect((await readdir(place)).length).toBeGreaterThan(0);
      const listed = spawnSync('setpriv', [...asNobody, 'find', place, '-type', 'f'], { encoding: 'utf8', cwd: '/' });
      expect(listed.stdout).toBe('');
      expect(listed.stderr).toContain('Permission denied');
    }
  },
);

test('the key of the address stands in no process’s arguments or environment, and in no file', async () => {
  const { opening } = await lab();
  const key = new URL(opening.url).hash.slice(1);
  expect(key.length).toBeGreaterThan(20);
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const file of ['cmdline', 'environ']) {
      const text = await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      expect([pid, file, text.includes(key)]).toEqual([pid, file, false]);
    }
  }
  expect(spawnSync('grep', ['-rlF', '--', key, ada.box.home], { encoding: 'utf8' }).stdout).toBe('');
});

test('a FIFO in place of a record hides nothing and hangs nothing', async () => {
  const { session } = await lab();
  const record = path.join(ada.sessions, session.id, 'attempts', '1', 'endpoint.json');
  const kept = await readFile(record, 'utf8');
  await rm(record);
  execFileSync('mkfifo', ['-m', '600', record]);
  const { sessions } = (await ada.json('session', 'list')) as unknown as { sessions: object[] };
  expect(sessions).toMatchObject([{ id: session.id, state: 'lost', reason: expect.stringContaining('not a regular') }]);
  await rm(record);
  const { writeFile } = await import('node:fs/promises');
  await writeFile(record, kept, { mode: 0o600 });
});

test('escapes and HTML in a directory’s name reach neither terminal nor page', async () => {
  const evil = path.join(ada.box.home, 'evil\x1b[2J\x9b31m\u202e<img src=x onerror=alert(1)>');
  await mkdir(evil);
  const { session } = await lab('--dir', evil);
  const listed = await ada.pier('session', 'list');
  const json = await ada.pier('session', 'list', '--json');
  for (const text of [listed.stdout, json.stdout]) {
    expect(text).toContain(session.id);
    for (const raw of ['\x1b', '\x9b', '\u202e']) expect(text).not.toContain(raw);
  }
  expect((JSON.parse(json.stdout) as { sessions: object[] }).sessions).toMatchObject([{ directory: evil }]);
});

test('the job script of a session in a directory full of shell starts it and runs none of it', async () => {
  const evil = path.join(ada.box.home, "it's $(touch pwned) `touch pwned`;touch pwned");
  await mkdir(evil);
  const { session } = await lab('--dir', evil);
  expect(session).toMatchObject({ state: 'ready', directory: evil });
  expect(spawnSync('find', [ada.box.directory, '-name', 'pwned'], { encoding: 'utf8' }).stdout).toBe('');
});
