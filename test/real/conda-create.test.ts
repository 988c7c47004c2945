import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { reallyThere, stagedNames, visibleIn, whereItIs, world } from './environments-world.ts';

let channel: Channel;

beforeAll(async () => {
  channel = await condaChannel();
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

test('an environment is made of conda packages where there is no conda', async () => {
  await using place = await world();
  const { value, error, progress } = await place.run('both', {
    name: 'sea',
    specs: ['python', 'hello', 'lighthouse'],
    channels: [channel.fileUrl],
  });
  expect(error).toBeUndefined();
  expect(value?.environment).toMatchObject({
    name: 'sea',
    kind: 'conda',
    state: 'ok',
    origin: 'owned',
    specs: ['hello', 'lighthouse', 'python'],
  });
  const prefix = path.join(place.root, 'sea');
  // What is written into files is where it is now, not where it was made: in text, in a program, and in bytecode.
  expect(await readFile(path.join(prefix, 'share', 'hello', 'where.txt'), 'utf8')).toBe(`prefix=${prefix}/share\n`);
  expect(whereItIs(prefix)).toEqual([prefix, `hello from ${prefix}`, `lighthouse in ${prefix}`]);
  expect(stagedNames(prefix)).toBe('');
  expect(await readdir(path.join(prefix, 'etc', 'conda', 'activate.d'))).toContain('hello.sh');
  // conda reads what was asked for out of its history.
  const history = await readFile(path.join(prefix, 'conda-meta', 'history'), 'utf8');
  expect(history).toContain("# update specs: ['hello', 'lighthouse', 'python']");
  const explicit = await readFile(path.join(prefix, '.pier', 'explicit.txt'), 'utf8');
  expect(explicit).toMatch(/@EXPLICIT\n(file:.*#[0-9a-f]{32}\n)+$/);
  expect(await visibleIn(place.root)).toEqual(['.pier-packages', 'sea']);
  expect(progress.map(({ step }) => step)).toEqual(
    expect.arrayContaining(['resolve', 'install', 'compile', 'check', 'publish']),
  );
});

test.each([['hello'], ['numpy hello pip'], ['pandas']])(
  'a forecast of %s is within a tenth',
  async (specs) => {
    await using place = await world();
    const request = { name: 'a', specs: specs.split(' '), channels: [channel.fileUrl] };
    const { value, error } = await place.run('both', request);
    expect(error).toBeUndefined();
    const there = reallyThere(path.join(place.root, 'a'));
    expect(value?.environment).toMatchObject({ files: there.files, bytes: expect.closeTo(there.bytes, -4) });
    expect(value?.forecast.guessed).toEqual([]);
    for (const key of ['files', 'bytes'] as const) {
      const ratio = (value?.forecast[key] ?? 0) / there[key];
      expect(ratio, key).toBeGreaterThan(0.9);
      expect(ratio, key).toBeLessThan(1.1);
    }
  },
  600_000,
);

test('what is linked from the package cache stays linked: bytecode is written beside it', async () => {
  await using place = await world();
  await place.run('create', { name: 'a', specs: ['lighthouse'], channels: [channel.fileUrl] });
  const site = path.join(place.root, 'a', 'lib', 'python3.11', 'site-packages');
  expect((await stat(path.join(site, 'lighthouse.py'))).nlink).toBeGreaterThan(1);
  const bytecode = path.join(site, '__pycache__', 'lighthouse.cpython-311.pyc');
  expect(await readFile(bytecode, 'latin1')).toContain(path.join(site, 'lighthouse.py'));
});
