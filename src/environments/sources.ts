import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Site } from '../site/index.ts';
import { environmentsRoot } from './root.ts';

/** A directory that may be an environment. */
export interface Candidate {
  readonly path: string;
  /** What names it takes it to be: then its absence is worth telling, as a ghost. Null when nothing names it. */
  readonly named: 'venv' | 'conda' | null;
}

/** One way that environments become known. Sources read files only, and start nothing. */
export interface Source {
  readonly id: string;
  /** A directory or file that has to answer before the source is asked. */
  readonly place: (site: Site) => string | undefined;
  readonly candidates: (place: string) => Promise<Candidate[]>;
}

/** In this order; the first to name a directory decides which of its paths is its own and which are aliases. */
export const sources: readonly Source[] = [
  { id: 'site', place: environmentsRoot, candidates: children },
  { id: 'virtual-env', place: () => process.env.VIRTUAL_ENV, candidates: itself('venv') },
  { id: 'conda-prefix', place: () => process.env.CONDA_PREFIX, candidates: itself('conda') },
  { id: 'working-directory', place: () => path.resolve('.venv'), candidates: unnamed },
  { id: 'conda-environments', place: inHome('.conda/envs'), candidates: children },
  { id: 'conda-registry', place: inHome('.conda/environments.txt'), candidates: lines },
  { id: 'micromamba', place: micromamba, candidates: children },
  { id: 'virtualenvwrapper', place: () => process.env.WORKON_HOME ?? inHome('.virtualenvs')(), candidates: children },
];

function inHome(name: string): () => string {
  return () => path.join(process.env.HOME || homedir(), name);
}

function micromamba(): string {
  return path.join(process.env.MAMBA_ROOT_PREFIX ?? inHome('micromamba')(), 'envs');
}

async function children(directory: string): Promise<Candidate[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
  return names.sort().map((name) => ({ path: path.join(directory, name), named: null }));
}

function itself(named: 'venv' | 'conda'): Source['candidates'] {
  return async (prefix) => (path.isAbsolute(prefix) ? [{ path: prefix, named }] : []);
}

async function unnamed(prefix: string): Promise<Candidate[]> {
  return [{ path: prefix, named: null }];
}

/** conda's list of every environment it made, by path; also those that are gone since. */
async function lines(file: string): Promise<Candidate[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const paths = text.split('\n').filter((line) => path.isAbsolute(line));
  return paths.map((line) => ({ path: path.normalize(line), named: 'conda' }));
}
