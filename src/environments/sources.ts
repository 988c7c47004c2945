import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Site } from '../site/index.ts';
import { condaEnvironmentDirectories, condaRoots } from './conda-places.ts';
import { registeredPrefixes, registryFile } from './registry.ts';
import { environmentsRootIfKnown, publicRoots } from './root.ts';
import { readSmallFile } from './small-file.ts';

/** A directory that may be an environment. */
export interface Candidate {
  readonly path: string;
  /** What names it takes it to be: then its absence is worth telling, as a ghost. Null when nothing names it. */
  readonly named: 'venv' | 'conda' | null;
}

/** One way that environments become known. Sources read files only, and start nothing. */
export interface Source {
  readonly id: string;
  /** The directories or files that the source stands on. */
  readonly places: (site: Site) => readonly string[];
  /** What is at one; it was made sure that the place exists and answers, unless the place itself is all there is. */
  readonly candidates: (place: string) => Candidate[];
  readonly reads: boolean;
}

/** In this order; the first to name a directory decides which of its paths is its own and which are aliases. */
export const sources: readonly Source[] = [
  {
    id: 'site',
    places: (site) => [environmentsRootIfKnown(site) ?? ''].filter(Boolean),
    candidates: children,
    reads: true,
  },
  { id: 'public', places: publicRoots, candidates: children, reads: true },
  { id: 'pier-registry', places: () => [registryFile()], candidates: registered, reads: true },
  { id: 'virtual-env', places: variable('VIRTUAL_ENV'), candidates: itself('venv'), reads: false },
  { id: 'conda-prefix', places: variable('CONDA_PREFIX'), candidates: itself('conda'), reads: false },
  { id: 'working-directory', places: besideUs, candidates: unnamed, reads: false },
  { id: 'pixi', places: pixi, candidates: children, reads: true },
  { id: 'conda-environments', places: condaEnvironmentDirectories, candidates: children, reads: true },
  { id: 'conda-roots', places: condaRoots, candidates: unnamed, reads: false },
  { id: 'distributions', places: distributions, candidates: unnamed, reads: false },
  { id: 'distributions-environments', places: inDistributions, candidates: children, reads: true },
  { id: 'conda-registry', places: () => [inHome('.conda/environments.txt')], candidates: lines, reads: true },
  { id: 'virtualenvs', places: virtualenvs, candidates: children, reads: true },
];

/** `.venv` in the working directory and above, as uv finds it. */
function besideUs(): string[] {
  return above().map((directory) => path.join(directory, '.venv'));
}

/** A project's own, and those of `pixi global`. */
function pixi(): string[] {
  return [...new Set([...above(), inHome('')])].map((directory) => path.join(directory, '.pixi', 'envs'));
}

/** The working directory and those above it, the root left out; none when it was deleted under us. */
function above(): string[] {
  try {
    const found: string[] = [];
    for (let at = process.cwd(); at !== path.dirname(at); at = path.dirname(at)) found.push(at);
    return found;
  } catch {
    return [];
  }
}

/** The conda installations that a site's modules load, where its profile says where they are. */
function distributions(site: Site): string[] {
  const { distributions: all } = site.profile.python;
  return all.flatMap(({ kind, prefix }) => (kind === 'conda' && prefix ? [prefix] : []));
}

function inDistributions(site: Site): string[] {
  return distributions(site).map((prefix) => path.join(prefix, 'envs'));
}

/** Of virtualenvwrapper, pipenv, poetry, and by habit. */
function virtualenvs(): string[] {
  const usual = ['.local/share/virtualenvs', '.cache/pypoetry/virtualenvs', '.venvs'];
  return [process.env.WORKON_HOME ?? inHome('.virtualenvs'), ...usual.map(inHome)];
}

function variable(name: string): Source['places'] {
  return () => [process.env[name] ?? ''].filter(Boolean);
}

function inHome(name: string): string {
  return path.join(process.env.HOME || homedir(), name);
}

function children(directory: string): Candidate[] {
  const entries = entriesOf(directory);
  const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
  return names.sort().map((name) => ({ path: `${directory}/${name}`, named: null }));
}

function itself(named: 'venv' | 'conda'): Source['candidates'] {
  return (prefix) => (path.isAbsolute(prefix) ? [{ path: prefix, named }] : []);
}

function unnamed(prefix: string): Candidate[] {
  return [{ path: prefix, named: null }];
}

function registered(): Candidate[] {
  return registeredPrefixes().map((prefix) => ({ path: prefix, named: null }));
}

/** conda's list of every environment it made, by path; also those that are gone since. */
function lines(file: string): Candidate[] {
  const text = readSmallFile(file) ?? '';
  // What conda was making when pier was killed is a stage, and nobody's environment.
  const paths = text.split('\n').filter((line) => path.isAbsolute(line) && !line.includes('/.pier-stage'));
  return paths.map((line) => ({ path: path.normalize(line), named: 'conda' }));
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
