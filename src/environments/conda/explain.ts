import path from 'node:path';
import { tilde } from '../../files/index.ts';
import { which } from '../../process/index.ts';
import { commandLine } from '../../shell/index.ts';
import type { Site } from '../../site/index.ts';
import type { Change } from '../back-end.ts';
import type { Wanted } from '../plan.ts';
import { targetExports } from '../target.ts';
import { condaPlaces } from './places.ts';

/** `conda install` and `conda remove`, or uv's for pip's layer, as a person would type them. */
export async function explainChange(_site: Site, change: Change): Promise<string[]> {
  const { environment, install, uninstall, pip } = change;
  const python = path.join(environment.prefix, 'bin', 'python');
  const program = (await programOnPath()) ?? 'conda';
  const verbs = pip
    ? { add: ['uv', 'pip', 'install', '--python', python], drop: ['uv', 'pip', 'uninstall', '--python', python] }
    : {
        add: [program, 'install', '--prefix', environment.prefix],
        drop: [program, 'remove', '--prefix', environment.prefix],
      };
  return [
    ...(uninstall.length > 0 ? [commandLine([...verbs.drop, ...uninstall])] : []),
    ...(install.length > 0 ? [commandLine([...verbs.add, ...install])] : []),
  ];
}

/** `conda create`, pip's layer and the check, as a person would type them: with mamba or conda where there is one. */
export async function explainCreate(wanted: Wanted, prefix: string, site: Site): Promise<string[]> {
  const asked = wanted.maker === 'rattler' ? null : wanted.maker;
  const program = asked ?? (await programOnPath());
  const module = site.profile.python.distributions.find(({ kind }) => kind === 'conda')?.module;
  const python = path.join(prefix, 'bin', 'python');
  const variables = Object.entries(wanted.variables).map(([name, value]) => `${name}=${value}`);
  return [
    ...(program || !module ? [] : [commandLine(['module', 'load', module])]),
    `export CONDA_PKGS_DIRS=${commandLine([condaPlaces(site, wanted.root).packages])}`,
    ...targetExports(wanted.target, wanted.pip.length > 0 ? '' : 'CONDA_'),
    commandLine([program ?? 'conda', 'create', '--prefix', prefix, ...what(wanted)]),
    ...(wanted.pip.length > 0 ? [commandLine(['uv', 'pip', 'install', '--python', python, ...wanted.pip])] : []),
    ...(variables.length > 0
      ? [commandLine([program ?? 'conda', 'env', 'config', 'vars', 'set', '--prefix', prefix, ...variables])]
      : []),
    commandLine(['env', '-i', python, '-c', 'import ssl, sqlite3, ctypes']),
    `mkdir -p ${commandLine([`${process.env.HOME ?? '~'}/.conda/envs`])}`,
    commandLine(['ln', '-s', prefix, `${process.env.HOME ?? '~'}/.conda/envs/${wanted.name}`]),
  ];
}

function what({ file, channels, specs }: Wanted): string[] {
  if (file?.kind === 'explicit') return ['--file', tilde(file.file)];
  return ['--override-channels', ...channels.flatMap((channel) => ['--channel', channel]), ...specs];
}

async function programOnPath(): Promise<string | undefined> {
  for (const name of ['micromamba', 'mamba', 'conda']) if (await which(name)) return name;
  return undefined;
}
