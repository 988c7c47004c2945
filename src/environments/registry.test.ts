import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { registeredPrefixes, registerPrefix, registryFile } from './registry.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(path.join(tmpdir(), 'pier-registry-'));
  vi.stubEnv('XDG_STATE_HOME', state);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true });
});

test('each place is written down once', () => {
  registerPrefix(tmpdir());
  registerPrefix(state);
  registerPrefix(state);
  expect(registeredPrefixes()).toEqual([tmpdir(), state]);
});

test('a FIFO in its place keeps nobody waiting, and a link is not followed', async () => {
  await mkdir(path.dirname(registryFile()), { recursive: true });
  execFileSync('mkfifo', [registryFile()]);
  registerPrefix(state);
  await rm(registryFile());
  const other = path.join(state, 'other');
  await writeFile(other, '');
  await symlink(other, registryFile());
  registerPrefix(state);
  expect(execFileSync('cat', [other], { encoding: 'utf8' })).toBe('');
});
