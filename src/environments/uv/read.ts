import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { isFrozen } from '../frozen.ts';
import type { Follow } from '../reach.ts';
import type { Reading } from '../reading.ts';
import { namesAt, readSmallFile } from '../small-file.ts';

/**
 * Reads a virtual environment (PEP 405) by its files; undefined when the directory is none.
 *
 * `broken`: bin/python leads nowhere, because the Python it stands on is gone. `partial`: made only in part.
 */
export async function readEnvironment(prefix: string, follow: Follow): Promise<Reading | undefined> {
  const text = readSmallFile(`${prefix}/pyvenv.cfg`);
  if (text === undefined) return undefined;
  const settings = parseSettings(text);
  const base = settings.get('home') ?? null;
  const version = settings.get('version_info') ?? settings.get('version') ?? '';
  const [state, reason] = await stateOf(prefix, base, version, follow);
  return {
    kind: 'venv',
    python: { version: plainVersion(version), base },
    state,
    reason,
    frozen: isFrozen(prefix),
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
  follow: Follow,
): Promise<[Reading['state'], string | null]> {
  const python = `${prefix}/bin/python`;
  if (!namesAt(`${prefix}/bin`)?.includes('python')) return ['partial', 'It has no bin/python.'];
  const found = await follow(python);
  if (found === 'silent') return ['broken', `The disk of the Python it stands on does not answer: ${base}.`];
  if (found === 'absent') return ['broken', `The Python it stands on is gone: ${lastTarget(python, base)}.`];
  const minor = /^\d+\.\d+/.exec(version)?.[0];
  const libraries = namesAt(`${prefix}/lib`) ?? [];
  if (!libraries.some((name) => name.startsWith('py') && name.includes(minor ?? ''))) {
    return ['partial', `It has no lib/python${minor ?? ''}.`];
  }
  return ['ok', null];
}

/** Where a chain of links ends: bin/python often leads to bin/python3, and that to the base interpreter. */
function lastTarget(link: string, base: string | null): string {
  let file = link;
  try {
    for (let steps = 0; steps < 10; steps++) file = path.resolve(path.dirname(file), readlinkSync(file));
  } catch {
    // the last one is no link
  }
  return path.dirname(file) === path.dirname(link) && base ? base : file;
}
