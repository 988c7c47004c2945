import { lstatSync } from 'node:fs';
import path from 'node:path';
import { readSmallFile } from './small-file.ts';

/** One line of a RECORD (packaging.python.org, recording installed projects). */
export interface RecordRow {
  /** Absolute. */
  readonly file: string;
  /** `sha256=…` as it stands there, or an empty string. */
  readonly hash: string;
  readonly size: number | null;
}

/** What a distribution says it installed; undefined when it does not say. `directory`: its `.dist-info`. */
export function recordRows(directory: string): RecordRow[] | undefined {
  const text = readSmallFile(path.join(directory, 'RECORD'));
  return text === undefined ? undefined : parseRecord(text, path.dirname(directory));
}

/** CSV of path, hash, size; the paths are relative to site-packages. */
export function parseRecord(text: string, site: string): RecordRow[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (line === '') return [];
    const quoted = /^"((?:[^"]|"")*)",/.exec(line);
    const name = quoted ? (quoted[1] ?? '').replaceAll('""', '"') : (line.split(',')[0] ?? '');
    const [hash = '', size = ''] = line.slice(quoted ? quoted[0].length : name.length + 1).split(',');
    return [{ file: path.resolve(site, name), hash, size: /^\d+$/.test(size) ? Number(size) : null }];
  });
}

/** Whether all that a distribution says it installed is there, by size; bytecode may be compiled again at any time. */
export function isWhole(directory: string): boolean {
  const rows = recordRows(directory);
  // uv writes the wheel's own list first, and only at the end one with INSTALLER in it.
  if (!rows?.some(({ file }) => file === path.join(directory, 'INSTALLER'))) return false;
  return rows.every(({ file, size }) => {
    if (file.endsWith('.pyc')) return true;
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (size === null || stats.size === size || stats.isSymbolicLink());
  });
}
