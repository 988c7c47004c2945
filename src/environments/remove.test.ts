import { existsSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { freshFolder, handMadeVenv, recordOf, siteAt } from './hand-made.ts';
import { listEnvironments } from './list.ts';
import { writeEnvironmentRecord } from './record.ts';
import { removeEnvironment } from './remove.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await freshFolder();
  root = path.join(folder, 'envs');
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX']) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', path.join(folder, 'home'));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

async function madeByPier(name: string): Promise<string> {
  const prefix = await handMadeVenv(path.join(root, name));
  await mkdir(path.join(prefix, '.pier'));
  await writeEnvironmentRecord(prefix, recordOf(name));
  return prefix;
}

test('what pier made is removed, and nothing that a link in it leads to', async () => {
  const prefix = await madeByPier('sci');
  const precious = path.join(folder, 'thesis');
  await mkdir(precious);
  await writeFile(path.join(precious, 'chapter'), '');
  await symlink(precious, path.join(prefix, 'thesis'));
  expect(await removeEnvironment(siteAt(root), 'sci')).toMatchObject({ name: 'sci', prefix });
  expect(existsSync(prefix)).toBe(false);
  expect(existsSync(path.join(precious, 'chapter'))).toBe(true);
  expect(await listEnvironments(siteAt(root))).toEqual([]);
});

test('an environment that a link stands for is removed where it really is', async () => {
  const prefix = await madeByPier('sci');
  await symlink(prefix, path.join(root, 'alias'));
  expect(await removeEnvironment(siteAt(root), 'alias')).toMatchObject({ name: 'sci', prefix });
  expect(existsSync(prefix)).toBe(false);
});

test('somebody else’s is refused, with how its owner would do it', async () => {
  const prefix = await handMadeVenv(path.join(root, 'byhand'));
  await expect(removeEnvironment(siteAt(root), 'byhand')).rejects.toMatchObject({
    code: 'environment-foreign',
    hint: `By hand, if it is yours: rm -rf ${prefix}   Or: pier env adopt ${prefix}`,
  });
  expect(existsSync(prefix)).toBe(true);
});

test('the site’s public one is refused, with nothing that would delete it for everybody', async () => {
  const prefix = await handMadeVenv(path.join(folder, 'software', 'sci'));
  const site = siteAt(root, [path.dirname(prefix)]);
  await expect(removeEnvironment(site, 'sci')).rejects.toMatchObject({
    code: 'environment-foreign',
    hint: `Who keeps it removes it: ls -ld '${prefix}' says who.`,
  });
});

test('a copy of ours elsewhere is not ours', async () => {
  const prefix = await handMadeVenv(path.join(folder, 'elsewhere', 'sci'));
  await mkdir(path.join(prefix, '.pier'));
  await writeEnvironmentRecord(prefix, recordOf('sci'));
  await expect(removeEnvironment(siteAt(root), prefix)).rejects.toMatchObject({ code: 'environment-foreign' });
});

test('one that is in use stays', async () => {
  const prefix = await madeByPier('sci');
  const inUse = async (at: string) => (at === prefix ? 'session abcd2345 runs in it' : null);
  await expect(removeEnvironment(siteAt(root), 'sci', { inUse })).rejects.toMatchObject({
    code: 'environment-in-use',
    message: 'sci is not removed: session abcd2345 runs in it.',
  });
  expect(existsSync(prefix)).toBe(true);
});
