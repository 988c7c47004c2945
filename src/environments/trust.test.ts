import { chmod, chown, rm } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { uid } from '../files/index.ts';
import type { Environment } from './environment.ts';
import { freshFolder, handMadeVenv } from './hand-made.ts';
import { refuseUntrusted } from './trust.ts';

let folder: string;
let environment: Environment;

beforeEach(async () => {
  folder = await freshFolder();
  const prefix = await handMadeVenv(path.join(folder, 'envs', 'sci'));
  environment = { name: 'sci', prefix } as Environment;
  return () => rm(folder, { recursive: true });
});

test('one of our own is trusted', async () => {
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
});

test.each(['.', 'bin', '..'])('one that everyone can write at %s is not', async (place) => {
  await chmod(path.join(environment.prefix, place), 0o777);
  await expect(refuseUntrusted(environment)).rejects.toMatchObject({
    code: 'environment-untrusted',
    message: expect.stringContaining('can be written by everyone'),
  });
});

test('a sticky directory above it, such as /tmp, is fine', async () => {
  await chmod(path.join(environment.prefix, '..'), 0o1777);
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
});

test.runIf(uid() === 0)('one of another user is not trusted (needs root to make one)', async () => {
  await chown(environment.prefix, 12345, 12345);
  await expect(refuseUntrusted(environment)).rejects.toThrow('belongs to user 12345');
});
