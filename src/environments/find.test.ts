import { chown, mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { findEnvironment, refuseUnusable } from './find.ts';
import { freshFolder, handMadeConda, handMadeVenv, recordOf, siteAt } from './hand-made.ts';
import { writeEnvironmentRecord } from './record.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await freshFolder();
  root = path.join(folder, 'envs');
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', path.join(folder, 'home'));
  await handMadeVenv(path.join(root, 'sci'));
  await handMadeVenv(path.join(root, 'geology'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

test('an environment is found by its name', async () => {
  expect(await findEnvironment(siteAt(root), 'sci')).toMatchObject({ prefix: path.join(root, 'sci') });
});

test('and by its path, also one that no list has', async () => {
  expect(await findEnvironment(siteAt(root), path.join(root, 'sci'))).toMatchObject({ name: 'sci' });
  const elsewhere = await handMadeVenv(path.join(folder, 'elsewhere'));
  expect(await findEnvironment(siteAt(root), elsewhere)).toMatchObject({ name: 'elsewhere', origin: 'foreign' });
});

test('and by the name of a link that conda knows, as the guide tells people to make one', async () => {
  const real = await handMadeVenv(path.join(folder, 'project', 'ada', 'envs', 'deep'));
  const links = path.join(folder, 'home', '.conda', 'envs');
  await mkdir(links, { recursive: true });
  await symlink(real, path.join(links, 'mine'));
  expect(await findEnvironment(siteAt(root), 'mine')).toMatchObject({ prefix: real });
});

test('a name with letters mixed up brings the near ones', async () => {
  await expect(findEnvironment(siteAt(root), 'sic')).rejects.toMatchObject({
    code: 'environment-unknown',
    exitStatus: 2,
    message: 'There is no environment called sic. Did you mean sci?',
    hint: 'pier env list',
  });
  await expect(findEnvironment(siteAt(root), 'Geologie')).rejects.toThrow('Did you mean geology?');
});

test('a name that is like no other can be made where the catalogue has it', async () => {
  await expect(findEnvironment(siteAt(root), 'astronomy')).rejects.toMatchObject({
    message: 'There is no environment called astronomy.',
    hint: 'pier env list',
  });
  await expect(findEnvironment(siteAt(path.join(root, 'none')), 'sci')).rejects.toMatchObject({
    message: 'There is no environment called sci.',
    hint: 'pier env create sci',
  });
});

test('a path with nothing there is unknown', async () => {
  await expect(findEnvironment(siteAt(root), '/nowhere/env')).rejects.toMatchObject({
    code: 'environment-unknown',
    message: 'There is no environment at /nowhere/env.',
  });
});

test('of two with one name both paths are told', async () => {
  await handMadeConda(path.join(folder, 'home', '.conda', 'envs', 'sci'));
  await expect(findEnvironment(siteAt(root), 'sci')).rejects.toMatchObject({
    code: 'environment-ambiguous',
    message: `2 environments are called sci:\n  ${root}/sci\n  ~/.conda/envs/sci`,
  });
});

test.runIf(process.getuid?.() === 0)(
  'of two owners, each is told with whose it is (needs root to make one)',
  async () => {
    const theirs = await handMadeConda(path.join(folder, 'home', '.conda', 'envs', 'sci'));
    await chown(theirs, 12345, 12345);
    await expect(findEnvironment(siteAt(root), 'sci')).rejects.toMatchObject({
      code: 'environment-ambiguous',
      message: `2 environments are called sci:\n  ${root}/sci, yours\n  ~/.conda/envs/sci, of user 12345`,
    });
  },
);

test('the one that pier made comes before others of its name', async () => {
  await mkdir(path.join(root, 'sci', '.pier'));
  await writeEnvironmentRecord(path.join(root, 'sci'), recordOf('sci'));
  await handMadeConda(path.join(folder, 'home', '.conda', 'envs', 'sci'));
  expect(await findEnvironment(siteAt(root), 'sci')).toMatchObject({ origin: 'owned' });
});

test('what is broken is refused with the reason', async () => {
  await handMadeVenv(path.join(root, 'old'), '/gone/python3');
  const old = await findEnvironment(siteAt(root), 'old');
  expect(() => refuseUnusable(old)).toThrow('cannot be used: The Python it stands on is gone: /gone/python3.');
  expect(() => refuseUnusable({ ...old, state: 'ok' })).not.toThrow();
});
