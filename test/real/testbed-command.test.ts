import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/process/index.ts';
import { down } from '../testbed/down.ts';
import { testbedDirectory } from '../testbed/fixture.ts';

const root = path.join(import.meta.dirname, '..', '..');
const directory = testbedDirectory('life');

/** As a person's shell has it who is root by su(1): neither mkfs nor ip nor a daemon is on it. */
const withoutSbin = (process.env.PATH ?? '').split(':').filter((place) => !place.endsWith('sbin'));

/** Runs a line in the clone, as a person types it. */
async function typed([file = '', ...args]: readonly string[], input = '') {
  const env = { ...process.env, PIER_TESTBED: directory, PATH: withoutSbin.join(':') };
  const ran = await run(file, args, { cwd: root, env, input, timeoutMs: 200_000 });
  return { ...ran, stdout: ran.stdout.replace(/^\n(> .*\n)+\n/, '') };
}

beforeAll(() => down(directory, { wiped: true }));
afterAll(() => down(directory, { wiped: true }));

test('comes up from nothing for who has no sbin on PATH, and says what took how long', async () => {
  const came = await typed(['npm', 'run', 'testbed', 'up']);
  expect(came.stderr).toMatch(/^ +[\d.]+ s {2}homes and projects mounted \([\d.]+ s\)$/m);
  expect(came.stderr).toMatch(/\nIt is up, after [\d.]+ s\.\n$/);
  expect(came.exitCode).toBe(0);
});

test('lets a person in by the line that npm takes the option out of, and prints nothing else', async () => {
  const shell = await typed(['npm', 'run', 'testbed', 'exec', 'login1', '-u', 'alice'], 'id -un; hostname; pwd\n');
  expect(shell).toMatchObject({ exitCode: 0, stdout: 'alice\nlogin1\n/home/alice\n', stderr: '' });
});

test('hands a command its own options, and gives back its exit status', async () => {
  const sinfo = ['sinfo', '-h', '-p', 'bigmem', '-o', '%R %D'];
  const lines = [
    ['./testbed', 'exec', 'login1', '-u', 'alice', ...sinfo],
    ['npm', 'run', 'testbed', 'exec', 'login1', '--', '-u', 'alice', ...sinfo],
    ['npm', 'run', 'testbed', '--', 'exec', 'login1', '-u', 'alice', '--', ...sinfo],
  ];
  for (const line of lines) {
    expect(await typed(line)).toMatchObject({ exitCode: 0, stdout: 'bigmem 1\n', stderr: '' });
  }
  expect((await typed(['./testbed', 'exec', 'c1', 'sh', '-c', 'exit 7'])).exitCode).toBe(7);
});

test('takes one word with a line in it as a shell does that was reached by ssh, modules included', async () => {
  const line = 'module load pier && command -v pier | wc -l; hostname';
  for (const way of [['./testbed'], ['npm', 'run', 'testbed']]) {
    expect(await typed([...way, 'exec', 'login1', '-u', 'alice', line])).toMatchObject({
      exitCode: 0,
      stdout: '1\nlogin1\n',
    });
  }
});

test('says what was ended, and that nothing was there', async () => {
  expect((await typed(['./testbed', 'down'])).stderr).toMatch(/^The testbed in .* has ended\. Its homes, .* stay/);
  expect((await typed(['./testbed', 'down'])).stderr).toMatch(/ did not run\. /);
  expect((await typed(['./testbed', 'wipe'])).stderr).toMatch(/ is gone\.\n$/);
  expect((await typed(['./testbed', 'wipe'])).stderr).toMatch(/ is not there: nothing to do\.\n$/);
});
