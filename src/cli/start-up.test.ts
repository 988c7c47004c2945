import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../process/index.ts';
import { type BuiltPier, buildPier } from './build-for-tests.ts';

// Every package that is evaluated costs every start; docs/decisions.md has the figures.
let pier: BuiltPier;
let home: string;

beforeAll(async () => {
  pier = await buildPier();
  home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
});

afterAll(async () => {
  await pier[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

/** The packages of node_modules that a run of pier evaluates. */
async function packagesLoaded(...args: readonly string[]): Promise<string[]> {
  const list = path.join(home, 'loaded');
  const recorder = path.join(home, 'recorder.cjs');
  await writeFile(
    recorder,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(list)}, Object.keys(require.cache).join('\\n')))`,
  );
  await run(process.execPath, ['--require', recorder, pier.program, ...args], {
    env: { PATH: process.env.PATH, HOME: home },
    timeoutMs: 10_000,
  });
  const files = (await readFile(list, 'utf8')).split('\n').map((file) => path.basename(file));
  return [...new Set(files.flatMap((file) => pier.packages.get(file) ?? []))].sort();
}

test('--version evaluates no package at all', async () => {
  expect(await packagesLoaded('--version')).toEqual([]);
  expect(await packagesLoaded('--version', '--json')).toEqual([]);
});

/** Small, and part of files/: the XDG directories. */
const ofFiles = ['env-paths', 'is-safe-filename'];

test('completion evaluates only what files/ is made of', async () => {
  expect(await packagesLoaded('__complete', '--', 'env', '')).toEqual(ofFiles);
  expect(await packagesLoaded('__complete', '--', 'exec', '-e', '')).toEqual(ofFiles);
});

test('so does a command that is plainly right', async () => {
  expect(await packagesLoaded('env', 'list')).toEqual(ofFiles);
  expect(await packagesLoaded('env', 'list', '--json', '--site', 'local')).toEqual(ofFiles);
  expect(await packagesLoaded('session', 'list')).toEqual(ofFiles);
});

test('help and mistakes evaluate commander besides', async () => {
  expect(await packagesLoaded('env', 'list', '--help')).toEqual(['commander', ...ofFiles]);
});
