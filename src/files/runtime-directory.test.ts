import { chmod, chown, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { makeRuntimeDirectory } from './runtime-directory.ts';

let box: Sandbox;
const made: string[] = [];
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('SLURM_TMPDIR', '');
  vi.stubEnv('XDG_RUNTIME_DIR', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
  await box[Symbol.asyncDispose]();
});

async function make(): Promise<string> {
  const directory = await makeRuntimeDirectory('test');
  made.push(directory);
  return directory;
}

test('it is ours alone, and every one is another', async () => {
  vi.stubEnv('TMPDIR', box.directory);
  const [one, two] = [await make(), await make()];
  expect(one).not.toBe(two);
  expect(path.dirname(one)).toBe(box.directory);
  expect((await stat(one)).mode & 0o777).toBe(0o700);
});

test('a TMPDIR of 120 characters is passed over for /tmp: a socket in it could not be opened', async () => {
  const long = path.join(box.directory, 'x'.repeat(120));
  await mkdir(long);
  vi.stubEnv('TMPDIR', long);
  expect(path.dirname(await make())).toBe('/tmp');
});

test('a runtime directory with a mode that lets others write is passed over', async () => {
  const open = path.join(box.directory, 'open');
  await mkdir(open);
  await chmod(open, 0o777);
  vi.stubEnv('XDG_RUNTIME_DIR', open);
  vi.stubEnv('TMPDIR', box.directory);
  expect(path.dirname(await make())).toBe(box.directory);
});

test.runIf(process.getuid?.() === 0)('one that another user owns is passed over (needs root to make one)', async () => {
  const theirs = path.join(box.directory, 'theirs');
  await mkdir(theirs, { mode: 0o700 });
  await chown(theirs, 65534, 65534);
  vi.stubEnv('XDG_RUNTIME_DIR', theirs);
  vi.stubEnv('TMPDIR', box.directory);
  expect(path.dirname(await make())).toBe(box.directory);
});

test('a relative TMPDIR, or one that is not there, is passed over', async () => {
  vi.stubEnv('XDG_RUNTIME_DIR', 'here');
  vi.stubEnv('TMPDIR', path.join(box.directory, 'gone'));
  expect(path.dirname(await make())).toBe('/tmp');
});
