import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, statSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Progress } from '../../files/index.ts';
import type { Finding } from '../back-end.ts';
import type { Environment } from '../environment.ts';
import { recordRows } from '../installed-files.ts';
import { type InstalledPackage, type InstalledPath, installedPackages } from './installed.ts';
import { layersOf } from './layers.ts';

/**
 * Compares every file with what its package says: conda's by `conda-meta`, those of pip's layer by their RECORD.
 *
 * A file that two packages bring is right when it is as one of them has it: conda lets the later one win.
 */
export async function verifyFiles({ prefix }: Environment, progress: Progress): Promise<Finding[]> {
  const packages = installedPackages(prefix);
  const owners = new Map<string, [InstalledPackage, InstalledPath][]>();
  for (const one of packages) {
    for (const entry of one.paths_data?.paths ?? []) {
      owners.set(entry._path, [...(owners.get(entry._path) ?? []), [one, entry]]);
    }
  }
  const findings: Finding[] = [];
  let done = 0;
  for (const [place, [first, ...others]] of owners) {
    if (++done % 500 === 0) progress({ step: 'verify', message: 'Comparing files', done, total: owners.size });
    const found = first && (await compare(prefix, place, first[1]));
    if (!found) continue;
    const others_ = await Promise.all(others.map(([, entry]) => compare(prefix, place, entry)));
    if (others_.includes(undefined)) continue;
    findings.push({ ...found, place, detail: `${found.detail} (${first[0].name})` });
  }
  const pip = layersOf(prefix).pip.flatMap(({ name, directory }) => comparePip(prefix, name, directory));
  return [...findings, ...pip];
}

async function compare(
  prefix: string,
  place: string,
  entry: InstalledPath,
): Promise<Pick<Finding, 'problem' | 'detail'> | undefined> {
  const file = path.join(prefix, place);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  // Bytecode may be compiled again, or deleted, at any time.
  if (place.endsWith('.pyc')) return undefined;
  if (!stats) return { problem: 'missing', detail: 'It is gone.' };
  if (stats.isSymbolicLink()) {
    const leads = statSync(file, { throwIfNoEntry: false }) !== undefined;
    return leads || entry.path_type === 'softlink'
      ? linkFinding(file, leads)
      : { problem: 'link', detail: 'It leads nowhere.' };
  }
  const sum = entry.sha256_in_prefix ?? entry.sha256;
  const size = entry.prefix_placeholder ? undefined : entry.size_in_bytes;
  if (size !== undefined && size !== stats.size && stats.isFile()) {
    return { problem: 'changed', detail: `It has ${stats.size} bytes instead of ${size}.` };
  }
  if (!sum || !stats.isFile() || (await sha256(file)) === sum) return undefined;
  return { problem: 'changed', detail: 'Its contents are others.' };
}

function linkFinding(file: string, leads: boolean): Pick<Finding, 'problem' | 'detail'> | undefined {
  return leads ? undefined : { problem: 'link', detail: `${path.basename(file)} leads nowhere.` };
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function comparePip(prefix: string, name: string, directory: string): Finding[] {
  return (recordRows(directory) ?? []).flatMap(({ file, size }) => {
    if (file.endsWith('.pyc')) return [];
    const stats = lstatSync(file, { throwIfNoEntry: false });
    const place = path.relative(prefix, file);
    if (!stats) return [{ problem: 'missing', place, detail: `It is gone (${name}, of pip's).` }];
    if (size === null || stats.size === size || stats.isSymbolicLink()) return [];
    return [
      { problem: 'changed', place, detail: `It has ${stats.size} bytes instead of ${size} (${name}, of pip's).` },
    ];
  });
}
