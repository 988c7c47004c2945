import { appendFile, chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { uid } from '../files/index.ts';
import type { Environment } from './environment.ts';
import { freshFolder, handMadeVenv, siteAt } from './hand-made.ts';
import { distrustEnvironment, doubtsAbout, refuseUntrusted, trustEnvironment } from './trust.ts';

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
  expect((await trustEnvironment(site, prefix)).doubts).toMatchObject([
    { place: prefix, why: 'can be written by everyone' },
  ]);
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

/** Where code comes from when an environment is activated or its Python starts. */
const inner = [
  'pyvenv.cfg',
  'bin/activate',
  'lib',
  'lib/python3.12',
  'lib/python3.12/site-packages',
  'lib/python3.12/site-packages/numpy',
  'lib/python3.12/site-packages/paths.pth',
  'lib/python3.12/site-packages/sitecustomize.py',
  'etc/conda/activate.d',
  'etc/conda/activate.d/gdal.sh',
  'etc/conda/env_vars.d/a.json',
  'conda-meta/state',
  '.pier',
  '.pier/activate.sh',
  'share/jupyter/kernels/python3',
  'share/jupyter/kernels/python3/kernel.json',
];

/** All of these, as files where they have a suffix or are one. */
async function furnish(prefix: string): Promise<void> {
  for (const relative of inner) {
    const place = path.join(prefix, relative);
    const isFile = /\.(cfg|pth|py|sh|json)$|\/(activate|state)$/.test(relative);
    await mkdir(isFile ? path.dirname(place) : place, { recursive: true, mode: 0o755 });
    if (isFile) await appendFile(place, '', { mode: 0o644 });
  }
}

test.each(inner)('one is not used in which everyone can write %s', async (place) => {
  await furnish(environment.prefix);
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
  await chmod(path.join(environment.prefix, place), 0o777);
  await expect(refuseUntrusted(environment)).rejects.toMatchObject({
    code: 'environment-untrusted',
    message: expect.stringContaining(`${place} can be written by everyone`),
  });
});

test.runIf(uid() === 0).each(inner)('nor one in which %s is another user’s (needs root to make one)', async (place) => {
  await furnish(environment.prefix);
  await chown(path.join(environment.prefix, place), 12345, 12345);
  await expect(refuseUntrusted(environment)).rejects.toThrow(`${place} belongs to user 12345`);
});

test('a directory that a .pth file adds counts, wherever it is, and so does an open one far above', async () => {
  const { prefix } = environment;
  const [open, shared] = [path.join(folder, 'open'), path.join(folder, 'shared')];
  await mkdir(open, { mode: 0o755 });
  const pth = path.join(prefix, 'lib', 'python3.12', 'site-packages', 'paths.pth');
  await writeFile(pth, `# a remark\nimport os\n${open}\n`);
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
  await chmod(open, 0o777);
  await expect(refuseUntrusted(environment)).rejects.toThrow('open can be written by everyone');
  await rm(pth);
  await mkdir(path.join(shared, 'deep'), { recursive: true });
  const moved = path.join(shared, 'deep', 'sci');
  await rename(prefix, moved);
  await chmod(shared, 0o777);
  await expect(refuseUntrusted({ ...environment, prefix: moved })).rejects.toThrow('shared can be written by everyone');
});

test.runIf(uid() === 0)('who was trusted may update it, and nobody else (needs root to make one)', async () => {
  const { prefix } = environment;
  await furnish(prefix);
  const packages = path.join(prefix, 'lib', 'python3.12', 'site-packages');
  for (const place of [prefix, packages, path.join(packages, 'numpy')]) await chown(place, 12345, 12345);
  await trustEnvironment(siteAt(path.dirname(prefix)), prefix);
  await rm(path.join(packages, 'numpy'), { recursive: true });
  for (const name of ['numpy', 'scipy']) {
    await mkdir(path.join(packages, name));
    await chown(path.join(packages, name), 12345, 12345);
  }
  await expect(refuseUntrusted(environment)).resolves.toBeUndefined();
  await chown(path.join(packages, 'scipy'), 54321, 54321);
  await expect(refuseUntrusted(environment)).rejects.toMatchObject({
    code: 'environment-untrusted',
    message: expect.stringContaining('belongs to user 54321'),
  });
  await chown(path.join(packages, 'scipy'), 12345, 12345);
  await chmod(path.join(packages, 'scipy'), 0o777);
  await chown(path.join(packages, 'scipy'), 0, 0);
  await expect(refuseUntrusted(environment)).rejects.toThrow('can be written by everyone');
});

test('an environment with very many packages is looked at in bounds', async () => {
  const packages = path.join(environment.prefix, 'lib', 'python3.12', 'site-packages');
  await Promise.all(Array.from({ length: 1000 }, (_, at) => mkdir(path.join(packages, `package${at}`))));
  const { looked } = await doubtsAbout(environment);
  expect(looked).toBeGreaterThan(256);
  expect(looked).toBeLessThan(300);
});
