import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Reading } from '../reading.ts';

/**
 * Reads a virtual environment (PEP 405) by its files; undefined when the directory is none.
 *
 * `broken`: bin/python leads nowhere, because the Python it stands on is gone. `partial`: made only in part.
 */
export async function readEnvironment(prefix: string): Promise<Reading | undefined> {
  const text = await readFile(path.join(prefix, 'pyvenv.cfg'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const settings = parseSettings(text);
  const base = settings.get('home') ?? null;
  const version = settings.get('version_info') ?? settings.get('version') ?? '';
  const [state, reason] = await stateOf(prefix, base, version);
  return {
    kind: 'venv',
    python: { version: plainVersion(version), base },
    state,
    reason,
    frozen: false,
    title: settings.get('prompt')?.replace(/^(['"])(.*)\1$/, '$2') ?? null,
  };
}

/** `pyvenv.cfg`: one `key = value` on a line, in any order; keys in any case (PEP 405). */
export function parseSettings(text: string): Map<string, string> {
  const lines = text.split('\n').map((line) => /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[(match[1] ?? '').toLowerCase(), match[2] ?? '']] : [])));
}

/** virtualenv writes `3.11.7.final.0`. */
function plainVersion(version: string): string {
  return version.replace(/\.(final|alpha|beta|candidate)\.\d+$/, '');
}

async function stateOf(
  prefix: string,
  base: string | null,
  version: string,
): Promise<[Reading['state'], string | null]> {
  const python = path.join(prefix, 'bin', 'python');
  const link = await lstat(python).catch(() => undefined);
  if (!link) return ['partial', 'It has no bin/python.'];
  if (!(await stat(python).catch(() => undefined))) {
    return ['broken', `The Python it stands on is gone: ${await lastTarget(python, base)}.`];
  }
  const minor = /^\d+\.\d+/.exec(version)?.[0];
  const libraries = await readdir(path.join(prefix, 'lib')).catch(() => []);
  if (!libraries.some((name) => name.startsWith('py') && name.includes(minor ?? ''))) {
    return ['partial', `It has no lib/python${minor ?? ''}.`];
  }
  return ['ok', null];
}

/** Where a chain of links ends: bin/python often leads to bin/python3, and that to the base interpreter. */
async function lastTarget(link: string, base: string | null): Promise<string> {
  let file = link;
  for (let steps = 0; steps < 10; steps++) {
    const target = await readlink(file).catch(() => undefined);
    if (target === undefined) break;
    file = path.resolve(path.dirname(file), target);
  }
  return path.dirname(file) === path.dirname(link) && base ? base : file;
}
