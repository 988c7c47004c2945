import path from 'node:path';
import { which } from '../../process/index.ts';
import { commandLine } from '../../shell/index.ts';
import type { Site } from '../../site/index.ts';
import type { Wanted } from '../plan.ts';
import { matchSpecs } from './forecast.ts';
import { condaPlaces } from './places.ts';

/** `conda create` and the check, as a person would type them: with the site's mamba or conda where there is one. */
export async function explainCreate(wanted: Wanted, prefix: string, site: Site): Promise<string[]> {
  const program = await programOnPath();
  const module = site.profile.python.distributions.find(({ kind }) => kind === 'conda')?.module;
  const channels = wanted.channels.flatMap((channel) => ['--channel', channel]);
  const create = ['create', '--prefix', prefix, '--override-channels', ...channels, ...matchSpecs(wanted)];
  return [
    ...(program || !module ? [] : [commandLine(['module', 'load', module])]),
    `export CONDA_PKGS_DIRS=${commandLine([condaPlaces(site, wanted.root).packages])}`,
    commandLine([program ?? 'conda', ...create]),
    commandLine(['env', '-i', path.join(prefix, 'bin', 'python'), '-c', 'import ssl, sqlite3, ctypes']),
  ];
}

async function programOnPath(): Promise<string | undefined> {
  for (const name of ['micromamba', 'mamba', 'conda']) if (await which(name)) return name;
  return undefined;
}
