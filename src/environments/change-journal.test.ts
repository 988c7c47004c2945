import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginChange, endChange, readChange } from './change-journal.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pier-journal-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a change counts from its beginning to its end', async () => {
  await mkdir(path.join(directory, '.pier'));
  const id = await beginChange(directory, 'installing six');
  expect(await readChange(directory)).toMatchObject({ id, doing: 'installing six', from: null });
  await endChange(directory);
  expect(await readChange(directory)).toBeUndefined();
});

test.runIf(process.getuid?.() === 0)(
  'one that a full disk lets not begin leaves the environment as it was (needs root, for a small disk)',
  async () => {
    // Room for the mount itself, .pier and the change's directory, and for no file in it.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=3', 'pier-test', directory]);
    try {
      await mkdir(path.join(directory, '.pier'));
      await expect(beginChange(directory, 'installing six')).rejects.toMatchObject({ code: 'cannot-write' });
      expect(await readChange(directory)).toBeUndefined();
      expect(await readdir(path.join(directory, '.pier'))).toEqual([]);
    } finally {
      execFileSync('umount', [directory]);
    }
  },
);
