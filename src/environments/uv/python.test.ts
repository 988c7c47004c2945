import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { freshFolder } from '../hand-made.ts';
import { choosePython } from './python.ts';

let folder: string;

beforeEach(async () => {
  folder = await freshFolder();
  vi.stubEnv('PATH', `${folder}/bin`);
  await mkdir(path.join(folder, 'bin'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

/** A program on PATH that answers the question as the Python of that version does. */
async function python(name: string, version: number[], missing: string[] = [], final = true): Promise<string> {
  const file = path.join(folder, 'bin', name);
  const answer = JSON.stringify({ file, version, final, missing });
  await writeFile(file, `#!/bin/sh\necho '${answer}'\n`);
  await chmod(file, 0o755);
  return file;
}

test('the newest that works is chosen, and the reason says which were passed over', async () => {
  await python('python3', [3, 11, 2]);
  await python('python3.9', [3, 9, 1]);
  const newest = await python('python3.13', [3, 13, 0]);
  await python('python3.14', [3, 14, 0], ['sqlite3']);
  await python('python3.15', [3, 15, 0], [], false);
  const { file, version, reason } = await choosePython();
  expect({ file, version }).toEqual({ file: newest, version: '3.13.0' });
  expect(reason).toContain('python3.15: 3.15.0 is not released yet');
  expect(reason).toContain('python3.14: it cannot import sqlite3');
});

test('3.10 is newer than 3.9', async () => {
  await python('python3.9', [3, 9, 1]);
  await python('python3.10', [3, 10, 1]);
  expect((await choosePython()).version).toBe('3.10.1');
});

test('python3 alone will do', async () => {
  await python('python3', [3, 12, 4]);
  expect((await choosePython()).version).toBe('3.12.4');
});

test('a version can be asked for, in part or whole', async () => {
  await python('python3.13', [3, 13, 0]);
  await python('python3.12', [3, 12, 4]);
  expect((await choosePython('3.12')).version).toBe('3.12.4');
  expect((await choosePython('python3.12')).version).toBe('3.12.4');
  expect((await choosePython('3.12.4')).reason).toBe('you asked for it');
  await expect(choosePython('3.12.5')).rejects.toMatchObject({ code: 'python-missing' });
  await expect(choosePython('3.1')).rejects.toMatchObject({ code: 'python-missing' });
});

test('so can a path; one that cannot be used says why', async () => {
  const old = await python('python3.8', [3, 8, 1]);
  await expect(choosePython(old)).rejects.toMatchObject({
    code: 'python-unusable',
    message: expect.stringContaining('it is 3.8.1, and 3.9 is the oldest that works'),
  });
  await expect(choosePython('/nowhere/python3')).rejects.toThrow('it does not run');
});

test('no Python at all brings the commands that get one', async () => {
  await expect(choosePython()).rejects.toMatchObject({
    code: 'python-missing',
    message: 'There is no Python 3.9 or newer on PATH that can be used.',
    hint: expect.stringContaining('module load python'),
  });
});

test('a shim that fails, or says something else, is passed over', async () => {
  await python('python3.11', [3, 11, 0]);
  await writeFile(path.join(folder, 'bin', 'python3.12'), '#!/bin/sh\necho "pyenv: not found" >&2; exit 127\n', {
    mode: 0o755,
  });
  await writeFile(path.join(folder, 'bin', 'python3.13'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  expect((await choosePython()).version).toBe('3.11.0');
});
