import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

// The program is a stand-in of two files; what is tested is what Node does with its chunk.
const source = path.join(import.meta.dirname, '..', '..');
const words = (word: string) => `exports.say = function say() { console.log('${word}'); };\n`;
let dist: string;
let chunk: string;
let cache: string;

beforeAll(async () => {
  dist = mkdtempSync(path.join(tmpdir(), 'pier-cache-'));
  chunk = path.join(dist, 'chunks', 'one.cjs');
  cache = path.join(dist, 'code-cache');
  mkdirSync(path.dirname(chunk));
  const input = path.join(import.meta.dirname, 'code-cache.ts');
  const built = await rolldown({ input, platform: 'node', logLevel: 'silent' });
  await built.write({ file: path.join(dist, 'code-cache.cjs'), format: 'cjs' });
  await built.close();
  const use = "require('./code-cache.cjs').useCodeCache(__dirname);";
  writeFileSync(path.join(dist, 'pier.cjs'), `${use} require('./chunks/one.cjs').say();\n`);
});
beforeEach(async () => {
  writeFileSync(chunk, words('built'));
  const { makeCodeCache } = await import(path.join(source, 'scripts/code-cache.mjs'));
  makeCodeCache(dist);
});
afterAll(() => rmSync(dist, { recursive: true }));

function start(...words: readonly string[]): string {
  const program = path.join(dist, 'pier.cjs');
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
  return stdout.trim() + stderr;
}

test('what was compiled when pier was built is what runs', () => {
  expect(start()).toBe('built');
  // V8 compares no more than the length, and so this shows which of the two it took.
  writeFileSync(chunk, words('other'));
  expect(start()).toBe('built');
});

test('what only one of several runs calls is in it', async () => {
  // Named alike in all runs, and called in one: V8 can do without its source if it was compiled before.
  const of = (word: string) => `exports.say = function say() {
    if (process.argv[2] !== 'session') return console.log('${word}');
    (function later() { console.log('${word} later'); })();
  };\n`;
  writeFileSync(chunk, of('built'));
  const { makeCodeCache } = await import(path.join(source, 'scripts/code-cache.mjs'));
  makeCodeCache(dist);
  writeFileSync(chunk, of('other'));
  expect(start()).toBe('built');
  expect(start('session')).toBe('built later');
});

test('a chunk that is not the one it was made of is compiled', () => {
  writeFileSync(chunk, words('changed'));
  expect(start()).toBe('changed');
});

test('without it, damaged, or of another Node, pier starts all the same', () => {
  writeFileSync(chunk, words('other'));
  const whole = readFileSync(cache);
  writeFileSync(cache, Buffer.from(whole.toString('latin1').replace(process.version, 'v20.0.00'), 'latin1'));
  expect(start()).toBe('other');
  truncateSync(cache, 40);
  expect(start()).toBe('other');
  truncateSync(cache, 0);
  expect(start()).toBe('other');
  rmSync(cache);
  expect(start()).toBe('other');
});
