import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { mountOf, readMounts } from '../storage/index.ts';
import { freshFolder } from './hand-made.ts';
import { makeFollow } from './reach.ts';

let folder: string;

beforeEach(async () => {
  folder = await freshFolder();
  await mkdir(path.join(folder, 'home', 'deep'), { recursive: true });
  await mkdir(path.join(folder, 'server'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

test('links are followed one by one to the real path', async () => {
  await symlink('deep', path.join(folder, 'home', 'a'));
  await symlink('../home/a', path.join(folder, 'home', 'b'));
  await symlink(path.join(folder, 'home'), path.join(folder, 'server', 'c'));
  const follow = makeFollow([folder]);
  expect(await follow(path.join(folder, 'server', 'c', 'b'))).toEqual({ real: path.join(folder, 'home', 'deep') });
  expect(await follow('/')).toEqual({ real: '/' });
});

test('what is not there, or leads round in a circle, is absent', async () => {
  await symlink('circle', path.join(folder, 'circle'));
  await symlink('/gone/far', path.join(folder, 'dangling'));
  await writeFile(path.join(folder, 'file'), '');
  const follow = makeFollow([folder]);
  for (const name of ['nothing', 'circle', 'dangling', 'file/below']) {
    expect(await follow(path.join(folder, name)), name).toBe('absent');
  }
});

/** Stands for stat(1): `hangs` for a file server that is gone; otherwise it writes down what it was asked. */
async function stat(hangs: boolean): Promise<() => Promise<string>> {
  const bin = path.join(folder, 'bin');
  await mkdir(bin);
  const script = hangs ? 'exec /bin/sleep 60' : `echo "$3" >> ${folder}/asked`;
  await writeFile(path.join(bin, 'stat'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', bin);
  const { readFile } = await import('node:fs/promises');
  return () => readFile(path.join(folder, 'asked'), 'utf8').catch(() => '');
}

function mounts() {
  return [
    { point: '/', type: 'ext4', source: 'x' },
    { point: path.join(folder, 'home'), type: 'nfs4', source: 'x' },
    { point: path.join(folder, 'server'), type: 'nfs4', source: 'x' },
  ];
}

test('a file server is asked by stat(1) first, once; the one with our home is not', async () => {
  const asked = await stat(false);
  const follow = makeFollow([path.join(folder, 'home')], mounts());
  expect(await follow(path.join(folder, 'home', 'deep'))).toEqual({ real: path.join(folder, 'home', 'deep') });
  expect(await asked()).toBe('');
  await mkdir(path.join(folder, 'server', 'env'));
  await symlink(path.join(folder, 'server', 'env'), path.join(folder, 'home', 'link'));
  expect(await follow(path.join(folder, 'home', 'link'))).toEqual({ real: path.join(folder, 'server', 'env') });
  await follow(path.join(folder, 'server', 'other'));
  expect(await asked()).toBe(`${folder}/server/env\n`);
});

test('one that does not answer is silent, soon, and for every path on it', async () => {
  await stat(true);
  const follow = makeFollow([path.join(folder, 'home')], mounts());
  const began = performance.now();
  const paths = ['a', 'b', 'c'].map((name) => path.join(folder, 'server', name));
  expect(await Promise.all(paths.map(follow))).toEqual(['silent', 'silent', 'silent']);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('mounts are read with their names as they are, and the deepest and last counts', async () => {
  const file = path.join(folder, 'mountinfo');
  await writeFile(
    file,
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n' +
      '40 22 0:9 / /my\\040data rw - nfs4 server:/x rw\n' +
      '41 40 0:9 / /my\\040data rw master:2 - lustre server:/y rw\n',
  );
  const read = readMounts(file);
  expect(mountOf(read, '/my data/envs')).toEqual({ point: '/my data', type: 'lustre', source: 'server:/y' });
  expect(mountOf(read, '/my database')).toMatchObject({ point: '/', type: 'ext4' });
  expect(readMounts(path.join(folder, 'absent'))).toEqual([]);
});
