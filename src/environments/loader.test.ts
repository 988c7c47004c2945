import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { freshFolder } from './hand-made.ts';
import { checkLoader } from './loader.ts';

let prefix: string;

beforeEach(async () => {
  prefix = await freshFolder();
  await mkdir(path.join(prefix, 'bin'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(prefix, { recursive: true });
  };
});

/** Stands for a Python whose libraries are where only a module's LD_LIBRARY_PATH leads. */
async function python(condition: string): Promise<void> {
  const complaint = 'ImportError: libssl.so.3: cannot open shared object file';
  const script = `#!/bin/sh\n${condition} && exit 0\necho "${complaint}" >&2\nexit 1\n`;
  await writeFile(path.join(prefix, 'bin', 'python'), script, { mode: 0o755 });
}

test('a Python that runs by itself needs no variable', async () => {
  await python('[ -z "$LD_LIBRARY_PATH$HOME" ]');
  vi.stubEnv('LD_LIBRARY_PATH', '/modules/lib');
  expect(await checkLoader(prefix)).toEqual({});
});

test('one that runs only with a module’s libraries has them recorded', async () => {
  await python('[ "$LD_LIBRARY_PATH" = /modules/lib ]');
  vi.stubEnv('LD_LIBRARY_PATH', '/modules/lib');
  expect(await checkLoader(prefix)).toEqual({ LD_LIBRARY_PATH: '/modules/lib' });
});

test('one that runs in neither way is refused with what it says', async () => {
  await python('false');
  vi.stubEnv('LD_LIBRARY_PATH', '/other');
  await expect(checkLoader(prefix)).rejects.toMatchObject({
    code: 'python-unusable',
    message: expect.stringContaining('libssl.so.3: cannot open shared object file'),
  });
});
