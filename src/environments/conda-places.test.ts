import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { environmentDirectories } from './conda-places.ts';
import { freshFolder, handMadeConda, handMadeVenv, siteAt } from './hand-made.ts';
import { listEnvironments } from './list.ts';

let folder: string;

beforeEach(async () => {
  folder = await freshFolder();
  for (const name of ['VIRTUAL_ENV', 'CONDA_PREFIX', 'WORKON_HOME', 'MAMBA_ROOT_PREFIX', 'CONDA_EXE', 'CONDARC']) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv('HOME', path.join(folder, 'home'));
  vi.stubEnv('XDG_CONFIG_HOME', path.join(folder, 'home', '.config'));
  await mkdir(path.join(folder, 'home', '.conda'), { recursive: true });
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  };
});

test.each([
  [
    'envs_dirs:\n  - /project/ada/envs\n  - ~/envs # mine\nchannels:\n  - conda-forge\n',
    ['/project/ada/envs', '~/envs'],
  ],
  ['channels: [a]\nenvs_dirs: ["/a b", $SCRATCH/envs]\n', ['/a b', '/scratch/ada/envs']],
  ['envs_path:\n- /one\n', ['/one']],
  ['pkgs_dirs:\n  - /pkgs\n', []],
  ['envs_dirs: nonsense', []],
])('directories in a .condarc: %j', async (text, expected) => {
  vi.stubEnv('SCRATCH', '/scratch/ada');
  const file = path.join(folder, 'condarc');
  await writeFile(file, text);
  expect(environmentDirectories(file)).toEqual(expected.map((one) => one.replace('~', path.join(folder, 'home'))));
});

test('environments of .condarc, miniforge, a loaded module, pixi, pipenv and a project above are found, each once', async () => {
  const home = path.join(folder, 'home');
  const project = path.join(folder, 'work', 'thesis');
  await mkdir(path.join(project, 'src'), { recursive: true });
  await writeFile(path.join(home, '.condarc'), `envs_dirs:\n  - ${folder}/project/envs\n`);
  await handMadeConda(path.join(folder, 'project', 'envs', 'ours'));
  await handMadeConda(path.join(home, 'miniforge3'));
  await mkdir(path.join(home, 'miniforge3', 'condabin'));
  await handMadeConda(path.join(home, 'miniforge3', 'envs', 'forge'));
  await handMadeConda(path.join(folder, 'software', 'anaconda', 'envs', 'site'));
  vi.stubEnv('CONDA_EXE', path.join(folder, 'software', 'anaconda', 'bin', 'conda'));
  await handMadeConda(path.join(project, '.pixi', 'envs', 'default'));
  await handMadeVenv(path.join(home, '.local', 'share', 'virtualenvs', 'thesis-x1'));
  await handMadeVenv(path.join(project, '.venv'));
  const before = process.cwd();
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(path.join(project, 'src'));
  const names = (await listEnvironments(siteAt(path.join(folder, 'envs')))).map(
    ({ name, state }) => `${name} ${state}`,
  );
  cwd.mockRestore();
  expect(process.cwd()).toBe(before);
  expect(names.sort()).toEqual(
    ['base ok', 'default ok', 'forge ok', 'ours ok', 'site ok', 'thesis ok', 'thesis-x1 ok'].sort(),
  );
});
