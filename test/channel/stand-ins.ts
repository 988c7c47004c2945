import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { alone } from '../alone.ts';
import { packages } from './channel.ts';
import { install } from './install.ts';

export type StandIn = 'conda' | 'mamba' | 'micromamba';

/**
 * A directory for PATH that has nothing but the program: a stand-in for conda 26.9, mamba 2.4 or micromamba 2.4, which
 * says so. Its root is made of the channel, once, and shared by all tests: they set CONDA_ENVS_DIRS and CONDA_PKGS_DIRS.
 *
 * CONDA_STANDIN_LOG is a file that gets a line for each call. CONDA_STANDIN_FAULT is `noise` (words on stderr), `hang`,
 * or `crash` (dies by a signal after its work is done and said), or several with commas.
 */
export async function standIn(program: StandIn): Promise<string> {
  return path.join(await standIns(), 'only', program);
}

/** The root of the stand-ins, as `bin/activate` and `etc/profile.d/conda.sh` want it. */
export async function condaRoot(): Promise<string> {
  return path.join(await standIns(), 'root');
}

async function standIns(): Promise<string> {
  const { conda } = await packages();
  const kept = path.dirname(conda);
  const place = path.join(kept, 'stand-ins');
  if (!existsSync(place)) await alone(kept, () => make(pathToFileURL(conda).href, kept, place), undefined, 300);
  return place;
}

async function make(channel: string, kept: string, place: string): Promise<void> {
  if (existsSync(place)) return;
  const stage = `${place}.part`;
  await rm(stage, { recursive: true, force: true });
  const [prefix, movedTo] = [path.join(stage, 'root'), path.join(place, 'root')];
  const specs = ['python', 'conda', 'mamba', 'micromamba', 'pip'];
  const ran = await install({ channel, prefix, movedTo, cache: path.join(kept, 'cache'), specs });
  if (ran.exitCode !== 0) throw new Error(`The conda stand-ins were not made: ${ran.stderr}`);
  for (const name of ['conda', 'mamba', 'micromamba']) {
    await mkdir(path.join(stage, 'only', name), { recursive: true });
    await symlink(path.join(movedTo, 'bin', name), path.join(stage, 'only', name, name));
  }
  await rename(stage, place);
}
