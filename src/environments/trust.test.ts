import { chmod, chown, mkdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { uid } from '../files/index.ts';
import type { Environment } from './environment.ts';
import { freshFolder, handMadeVenv, siteAt } from './hand-made.ts';
import { distrustEnvironment, refuseUntrusted, trustEnvironment } from './trust.ts';

let folder: string;
let environment: Environment;

beforeEach(async () => {
  folder = await freshFolder();
  const prefix = await handMadeVenv(path.join(folder, 'envs', 'sci'));
  environment = { name: 'sci', prefix } as Environment;
  vi.stubEnv('XDG_STATE_HOME', path.join(folder, 'state'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
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

test('trusted by name it is used, until it is another directory, or trust is taken back', async () => {
  const site = siteAt(path.dirname(environment.prefix));
  const { prefix } = environment;
  await chmod(prefix, 0o777);
  expect((await trustEnvironment(site, prefix)).doubts).toEqual([{ place: prefix, why: 'can be written by everyone' }]);
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
  await rename(prefix, `${prefix}.away`);
  await handMadeVenv(prefix);
  await chmod(prefix, 0o777);
  await expect(refuseUntrusted(environment)).rejects.toMatchObject({
    code: 'environment-swapped',
    message: expect.stringContaining('is not what it was when you trusted it'),
  });
  await trustEnvironment(site, prefix);
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
  expect((await distrustEnvironment(site, prefix)).was).toBe(true);
  await expect(refuseUntrusted(environment)).rejects.toMatchObject({ code: 'environment-untrusted' });
});

test('trust is in a real path: a link that leads elsewhere since is not trusted', async () => {
  const site = siteAt(path.join(folder, 'root'));
  await mkdir(path.join(folder, 'home', '.conda', 'envs'), { recursive: true });
  vi.stubEnv('HOME', path.join(folder, 'home'));
  const link = path.join(folder, 'home', '.conda', 'envs', 'lab');
  const other = await handMadeVenv(path.join(folder, 'other', 'lab'));
  for (const prefix of [environment.prefix, other]) await chmod(prefix, 0o777);
  await symlink(environment.prefix, link);
  await refuseUntrusted((await trustEnvironment(site, 'lab')).environment);
  await rm(link);
  await symlink(other, link);
  const { findEnvironment } = await import('./find.ts');
  const swapped = await findEnvironment(site, 'lab');
  expect(swapped.prefix).toBe(other);
  await expect(refuseUntrusted(swapped)).rejects.toMatchObject({ code: 'environment-untrusted' });
});

test.runIf(uid() === 0)('a directory that another user took over is noticed (needs root to make one)', async () => {
  await chown(environment.prefix, 12345, 12345);
  await trustEnvironment(siteAt(folder), environment.prefix);
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
  await chown(environment.prefix, 54321, 54321);
  await expect(refuseUntrusted(environment)).rejects.toMatchObject({ code: 'environment-swapped' });
});
