import { existsSync } from 'node:fs';
import type { Follow } from '../reach.ts';
import type { Reading } from '../reading.ts';
import { namesAt } from '../small-file.ts';

/**
 * Reads a conda environment by its files; undefined when the directory is none.
 *
 * `conda-meta/history` is written last by conda, so without it the environment was made only in part.
 */
export async function readEnvironment(prefix: string, follow: Follow): Promise<Reading | undefined> {
  const names = namesAt(`${prefix}/conda-meta`);
  if (!names) return undefined;
  const version = names.map((name) => /^python-(\d[^-]*)-[^-]*\.json$/.exec(name)?.[1]).find(Boolean);
  const [state, reason] = await stateOf(prefix, names, version, follow);
  return {
    kind: 'conda',
    python: version ? { version, base: null } : null,
    state,
    reason,
    frozen: names.includes('frozen'),
    title: isRoot(prefix) ? 'base' : null,
  };
}

async function stateOf(
  prefix: string,
  names: readonly string[],
  version: string | undefined,
  follow: Follow,
): Promise<[Reading['state'], string | null]> {
  if (!names.includes('history')) return ['partial', 'conda did not finish making it: there is no conda-meta/history.'];
  if (existsSync(`${prefix}/.condatmp`)) return ['partial', 'conda did not finish: there is a .condatmp.'];
  if (version && (await follow(`${prefix}/bin/python`)) === 'absent') {
    return ['partial', 'conda-meta has python, but there is no bin/python.'];
  }
  return ['ok', null];
}

/** conda's own environment: it holds conda. */
function isRoot(prefix: string): boolean {
  return existsSync(`${prefix}/condabin`) || existsSync(`${prefix}/conda-meta/conda-root`);
}
