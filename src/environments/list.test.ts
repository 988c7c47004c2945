import { chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { findEnvironment } from './find.ts';
import { freshFolder, handMadeConda, handMadeVenv, recordOf, siteAt } from './hand-made.ts';
import { listEnvironments } from './list.ts';
import { writeEnvironmentRecord } from './record.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await freshFolder();
  root = path.join(folder, 'envs');
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX', 'WORKON_HOME', 'MAMBA_ROOT_PREFIX']) vi.stubEnv(name, undefined);
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

test('what pier made is ours, with what it cost and what was asked for', async () => {
  const prefix = await madeByPier('mine');
  expect(await listEnvironments(siteAt(root))).toEqual([
    {
      name: 'mine',
      aliases: [],
      prefix,
      kind: 'venv',
      python: { version: '3.12.1', base: path.dirname(process.execPath) },
      origin: 'owned',
      state: 'ok',
      reason: null,
      frozen: false,
      files: 120,
      bytes: 3000,
      specs: ['numpy>=2'],
      modules: [],
      variables: {},
      created: '2026-11-23T00:00:00.000Z',
    },
  ]);
});

test('what the site has for everybody is public, by the name of its directory, and one of ours goes before it', async () => {
  const site = siteAt(root, [path.join(folder, 'software'), '/not/there']);
  const prefix = await handMadeVenv(path.join(folder, 'software', 'sci'));
  expect(await listEnvironments(site)).toMatchObject([{ name: 'sci', prefix, origin: 'public' }]);
  expect(await findEnvironment(site, 'sci')).toMatchObject({ prefix });
  const own = await madeByPier('sci');
  expect(await findEnvironment(site, 'sci')).toMatchObject({ prefix: own, origin: 'owned' });
});

test('stages, trash, plain directories and files are no environments', async () => {
  await handMadeVenv(path.join(root, '.pier-stage', 'stage-x', 'half'));
  await mkdir(path.join(root, 'notes'));
  await writeFile(path.join(root, 'README'), '');
  expect(await listEnvironments(siteAt(root))).toEqual([]);
});

test('an environment whose base interpreter is gone is broken, and the interpreter is named', async () => {
  await handMadeVenv(path.join(root, 'old'), '/gone/bin/python3.12');
  expect(await listEnvironments(siteAt(root))).toMatchObject([
    { name: 'old', state: 'broken', reason: 'The Python it stands on is gone: /gone/bin/python3.12.' },
  ]);
});

test('one without bin/python or without its library is partial', async () => {
  await rm(path.join(await handMadeVenv(path.join(root, 'a')), 'bin'), { recursive: true });
  await rm(path.join(await handMadeVenv(path.join(root, 'b')), 'lib'), { recursive: true });
  const states = (await listEnvironments(siteAt(root))).map(({ name, state, reason }) => [name, state, reason]);
  expect(states).toEqual([
    ['a', 'partial', 'It has no bin/python.'],
    ['b', 'partial', 'It has no lib/python3.12.'],
  ]);
});

test('conda’s own list is read, and what it names in vain is a ghost', async () => {
  const prefix = await handMadeConda(path.join(folder, 'anaconda', 'envs', 'bio'));
  const list = path.join(folder, 'home', '.conda', 'environments.txt');
  await mkdir(path.dirname(list), { recursive: true });
  await writeFile(list, `${prefix}\n/gone/envs/old\nnot a path\n`);
  expect(await listEnvironments(siteAt(root))).toMatchObject([
    { name: 'bio', prefix, kind: 'conda', python: { version: '3.11.9', base: null }, origin: 'foreign', state: 'ok' },
    { name: 'old', prefix: '/gone/envs/old', kind: 'conda', state: 'ghost' },
  ]);
});

test('a conda environment that conda did not finish is partial', async () => {
  const prefix = await handMadeConda(path.join(folder, 'home', '.conda', 'envs', 'half'));
  await rm(path.join(prefix, 'conda-meta', 'history'));
  expect(await listEnvironments(siteAt(root))).toMatchObject([{ name: 'half', state: 'partial' }]);
});

test('several paths to one directory are one environment with aliases', async () => {
  const prefix = await madeByPier('sci');
  const link = path.join(folder, 'home', '.conda', 'envs', 'sci');
  await mkdir(path.dirname(link), { recursive: true });
  await symlink(prefix, link);
  vi.stubEnv('VIRTUAL_ENV', prefix);
  expect(await listEnvironments(siteAt(root))).toMatchObject([
    { name: 'sci', prefix, aliases: [link], origin: 'owned' },
  ]);
});

test('the active environment is listed from wherever it is', async () => {
  vi.stubEnv('VIRTUAL_ENV', await handMadeVenv(path.join(folder, 'thesis', '.venv')));
  vi.stubEnv('CONDA_PREFIX', '/gone/conda');
  expect(await listEnvironments(siteAt(root))).toMatchObject([
    { name: 'thesis', origin: 'foreign', state: 'ok' },
    { name: 'conda', kind: 'conda', state: 'ghost' },
  ]);
});

test('a record that is damaged, a link, or too large makes an environment foreign, and harms nothing', async () => {
  const [damaged, linked, large] = await Promise.all(['damaged', 'linked', 'large'].map(madeByPier));
  await writeFile(path.join(damaged as string, '.pier', 'env.json'), '{"version": 1, "files": "many"}');
  await rm(path.join(linked as string, '.pier', 'env.json'));
  await symlink('/etc/passwd', path.join(linked as string, '.pier', 'env.json'));
  await writeFile(path.join(large as string, '.pier', 'env.json'), ' '.repeat(2 ** 21));
  expect((await listEnvironments(siteAt(root))).map(({ origin }) => origin)).toEqual(['foreign', 'foreign', 'foreign']);
});

test('the roots of micromamba and virtualenvwrapper are looked into', async () => {
  await handMadeConda(path.join(folder, 'home', 'micromamba', 'envs', 'geo'));
  await handMadeVenv(path.join(folder, 'home', '.virtualenvs', 'web'));
  const names = (await listEnvironments(siteAt(root))).map(({ name, kind }) => `${name} ${kind}`);
  expect(names).toEqual(['geo conda', 'web venv']);
});

test.runIf(process.getuid?.() === 0)(
  'what root made for everybody says what it needs and cost; what a third user wrote says nothing',
  async () => {
    const prefix = await madeByPier('sci');
    vi.stubEnv('HOME', '/nowhere');
    const asAnother = vi.spyOn(process, 'getuid').mockReturnValue(4321);
    expect(await listEnvironments(siteAt(root))).toMatchObject([{ origin: 'shared', files: 120, specs: ['numpy>=2'] }]);
    await chown(path.join(prefix, '.pier', 'env.json'), 1234, 1234);
    expect(await listEnvironments(siteAt(root))).toMatchObject([{ origin: 'shared', files: null, specs: [] }]);
    asAnother.mockRestore();
  },
);
