import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { PierError } from './error.ts';
import { cannotWriteTemporary, diskError, makeTemporaryDirectory } from './temporary.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What Linux says where nothing more can be written. */
async function full(): Promise<unknown> {
  return await writeFile('/dev/full', 'x').catch((error) => error);
}

test('a full disk of temporary files says that another can be named', async () => {
  vi.stubEnv('TMPDIR', '/small');
  expect(cannotWriteTemporary(await full())).toMatchObject({
    code: 'cannot-write',
    message: 'Cannot write /small: the disk is full; temporary files go there.',
    hint: expect.stringContaining('export TMPDIR='),
  });
  const other = new Error('no errno');
  expect(cannotWriteTemporary(other)).toBe(other);
});

test.each([
  ['/nowhere/at/all', 'it is not there'],
  ['/dev/null', 'a part of the path is not a directory'],
])('TMPDIR=%s is said to be wrong', async (place, why) => {
  vi.stubEnv('TMPDIR', place);
  await expect(makeTemporaryDirectory('pier-')).rejects.toThrow(`Cannot write ${place}: ${why}`);
});

test('a disk that is full anywhere is no mistake of pier’s, and other errors are', async () => {
  expect(diskError(await full())).toMatchObject({
    code: 'cannot-write',
    message: expect.stringContaining('disk is full'),
  });
  expect(diskError(new TypeError('x is not a function'))).toBeUndefined();
  expect(diskError(new PierError('no-space', 'told already'))).toBeUndefined();
  expect(diskError(await writeFile(path.join('/nowhere', 'x'), '').catch((error) => error))).toBeUndefined();
});
