import { createHash } from 'node:crypto';
import { createReadStream, lstatSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Progress } from '../../files/index.ts';
import type { Finding } from '../back-end.ts';
import { installedIn } from '../distributions.ts';
import type { Environment } from '../environment.ts';
import { type RecordRow, recordRows } from '../installed-files.ts';

/**
 * Compares every file of every package with the hash and size in its RECORD. Bytecode is left out: Python compiles it
 * again when it does not fit its source.
 */
export async function verifyFiles({ prefix }: Environment, progress: Progress): Promise<Finding[]> {
  const found: Finding[] = [];
  const all = installedIn(prefix);
  for (const [done, { name, directory }] of all.entries()) {
    progress({ step: 'verify', message: 'Comparing files with what packages say', done, total: all.length });
    const rows = recordRows(directory);
    if (!rows)
      found.push({ problem: 'record', place: name, detail: `${name} does not say what it installed: no RECORD.` });
    for (const row of rows ?? []) found.push(...(await verifyFile(row, name, prefix)));
  }
  return found;
}

async function verifyFile({ file, hash, size }: RecordRow, name: string, prefix: string): Promise<Finding[]> {
  const place = path.relative(prefix, file);
  if (file.endsWith('.pyc') || place.startsWith('..')) return [];
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (!stats) return [{ problem: 'missing', place, detail: `${place}, of ${name}, is not there.` }];
  if (!stats.isFile()) return [];
  const changed = [{ problem: 'changed', place, detail: `${place} is not as ${name} brought it.` }];
  if (size !== null && stats.size !== size) return changed;
  const [algorithm = '', expected] = hash.split('=', 2);
  if (!expected || !['sha256', 'sha384', 'sha512'].includes(algorithm)) return [];
  return (await digest(file, algorithm)) === expected ? [] : changed;
}

async function digest(file: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash).catch(() => {});
  return hash.digest('base64url');
}
