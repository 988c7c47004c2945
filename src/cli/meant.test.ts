import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../process/index.ts';
import { type BuiltPier, buildPier } from './build-for-tests.ts';

// Words in the wrong place that no command can refuse, because something could have that name.
let pier: BuiltPier;
let home: string;

beforeAll(async () => {
  pier = await buildPier();
  home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
  for (const name of ['one', 'two']) {
    const prefix = path.join(home, '.local/share/pier/envs', name);
    await run('python3', ['-m', 'venv', '--without-pip', prefix], { timeoutMs: 60_000 });
  }
});
afterAll(async () => {
  await pier[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

async function ran(line: string) {
  const env = { PATH: process.env.PATH, HOME: home };
  return await run(process.execPath, [pier.program, ...line.split(' ')], { env, cwd: home, timeoutMs: 15_000 });
}

async function remarks(line: string): Promise<string> {
  return (await ran(line)).stderr;
}

test('the name of a list among the packages is told how to be the list', async () => {
  expect(await remarks('env create mine sci --explain')).toContain('The list of that name is: --from sci\n');
  expect(await remarks('env create sci --explain')).not.toContain('--from');
});

test('a name before its packages is no package, where --prefix says it too', async () => {
  const explained = (words: string) => ran(`env create ${words} --prefix ${home}/envs/sea --explain`);
  const [named, bare] = [await explained('sea numpy'), await explained('numpy')];
  expect([named.exitCode, named.stdout]).toEqual([0, bare.stdout]);
  expect(named.stdout).toContain('numpy');
});

test('exec with an environment for its program says what was meant', async () => {
  for (const words of ['two true', 'two -- true']) {
    expect(await remarks(`exec -e one ${words}`)).toContain('  Try: pier exec -e two -- true\n');
  }
});
