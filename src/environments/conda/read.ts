import { lstat, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Reading } from '../reading.ts';

/**
 * Reads a conda environment by its files; undefined when the directory is none.
 *
 * `conda-meta/history` is written last by conda, so without it the environment was made only in part.
 */
export async function readEnvironment(prefix: string): Promise<Reading | undefined> {
  const names = await readdir(path.join(prefix, 'conda-meta')).catch(() => undefined);
  if (!names) return undefined;
  const version = names.map((name) => /^python-(\d[^-]*)-[^-]*\.json$/.exec(name)?.[1]).find(Boolean);
  const [state, reason] = await stateOf(prefix, names, version);
  return {
    kind: 'conda',
    python: version ? { version, base: null } : null,
    state,
    reason,
    frozen: names.includes('frozen'),
    title: (await isRoot(prefix)) ? 'base' : null,
  };
}

async function stateOf(prefix: string, names: string[], version?: string): Promise<[Reading['state'], string | null]> {
  if (!names.includes('history')) return ['partial', 'conda did not finish making it: there is no conda-meta/history.'];
  if (await exists(path.join(prefix, '.condatmp'))) return ['partial', 'conda did not finish: there is a .condatmp.'];
  if (version && !(await stat(path.join(prefix, 'bin', 'python')).catch(() => undefined))) {
    return ['partial', 'conda-meta has python, but there is no bin/python.'];
  }
  return ['ok', null];
}

/** conda's own environment: it holds conda. */
async function isRoot(prefix: string): Promise<boolean> {
  return (await exists(path.join(prefix, 'condabin'))) || (await exists(path.join(prefix, 'conda-meta', 'conda-root')));
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined)) !== undefined;
}
