import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from '../../src/process/index.ts';
import { type Sandbox, sandbox } from '../sandbox.ts';
import { pier as builtPier } from './pier.ts';

const root = path.join(import.meta.dirname, '..', '..');
const executable = path.join(root, 'dist-exe', 'pier');
const build = () => execFileSync('npm', ['run', '-s', 'build:exe'], { cwd: root, encoding: 'utf8' });

let box: Sandbox;
/** On PATH is what pier deletes directories with, and no node. */
let env: Record<string, string>;
beforeAll(async () => {
  build();
  box = await sandbox();
  const bin = path.join(box.directory, 'bin');
  await mkdir(bin);
  await symlink('/bin/rm', path.join(bin, 'rm'));
  env = { HOME: box.home, PATH: bin, USER: 'tester' };
});
afterAll(async () => {
  await pier('session', 'stop', '--all');
  await pier('portal', '--stop');
  await box[Symbol.asyncDispose]();
});

const pier = (...args: string[]) => run(executable, args, { env, timeoutMs: 120_000, cwd: box.directory });

async function json(...args: string[]) {
  const { stdout, stderr, exitCode } = await pier(...args, '--json');
  if (exitCode !== 0) throw new Error(`pier ${args.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

describe('the single executable', () => {
  test('is one file, the same for the same sources', async () => {
    const [name, ...others] = await readdir(path.dirname(executable));
    expect([name, others]).toEqual(['pier', []]);
    const digest = async () =>
      createHash('sha256')
        .update(await readFile(executable))
        .digest('hex');
    const before = [await digest(), (await stat(executable)).ino];
    expect(build()).toMatch(/^dist-exe\/pier: pier [\d.]+\n$/);
    expect(await digest()).toBe(before[0]);
    expect((await stat(executable)).ino).not.toBe(before[1]);
  });

  test('says what the built pier says, with no node on PATH', async () => {
    for (const args of [
      ['--version', '--json'],
      ['site', 'show', '--site', 'midway3', '--json'],
      ['site', 'schema'],
      ['--help'],
      ['lab', '--help'],
      ['catalogue', 'show', 'sci'],
      ['env', 'list', '--json'],
    ]) {
      const [inside, built] = [await pier(...args), await builtPier(args, { env })];
      expect([inside.stdout, inside.stderr, inside.exitCode]).toEqual([built.stdout, built.stderr, built.exitCode]);
    }
  });

  test('takes what looks like an option of Node’s for one of its own', async () => {
    expect(await pier('env', 'list', '--inspect')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await pier('-e', '1')).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('reads profiles in YAML, which needs libraries that it loads when it needs them', async () => {
    const file = path.join(box.directory, 'lab.yaml');
    await writeFile(file, 'schema: 1\nid: lab\nname: Lab\nmodules: { tool: lmodd }\n', { mode: 0o644 });
    expect((await pier('site', 'check', file)).stdout).toContain('did you mean lmod?');
  });

  test('starts itself again for a session and for the portal, which has its pages inside', async () => {
    const { session, opening } = await json('lab', '-e', inject('sci'), '--detach', '--no-browser');
    expect(session.state).toBe('ready');
    const script = path.join(box.home, '.local/state/pier/sessions', session.id, 'attempts/1/job.sh');
    expect(await readFile(script, 'utf8')).toContain(`${executable} agent`);
    const { port } = new URL(opening.url);
    const page = execFileSync('curl', [
      '-sS',
      '--resolve',
      `${session.id}.localhost:${port}:127.0.0.1`,
      `http://${session.id}.localhost:${port}/pier/assets/sign-in.js`,
    ]);
    expect(page.toString()).toBe(await readFile(path.join(root, 'dist/web/sign-in.js'), 'utf8'));
    expect((await pier('session', 'stop', '--all')).exitCode).toBe(0);
    expect((await pier('portal', '--stop')).exitCode).toBe(0);
  });
});
