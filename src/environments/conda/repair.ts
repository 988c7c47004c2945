import { copyFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Progress, readRecord } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { changeDirectory } from '../change-state.ts';
import type { Environment } from '../environment.ts';
import { endOrphans } from '../orphans.ts';
import { findUv } from '../uv-program.ts';
import { type Before, dropBytecode, linkRecords, markOf, saved } from './apply.ts';
import { compileBytecode } from './bytecode.ts';
import { filesOf, installedPackages } from './installed.ts';
import { repairPip } from './pip-change.ts';
import { condaPlaces } from './places.ts';
import type { CondaRecord } from './rattler.ts';

/**
 * Puts back what an interrupted change touched: what it had begun to bring is taken away, and the packages that were there
 * are linked again from the cache.
 */
export async function repair(site: Site, environment: Environment, progress: Progress): Promise<void> {
  const { prefix, name, specs } = environment;
  await endOrphans(markOf(prefix));
  const directory = changeDirectory(prefix);
  if (await repairPip(site, environment, progress)) return;
  const value = await readRecord(path.join(directory, saved.before)).catch(() => undefined);
  // Killed before anything was touched.
  if (!isBefore(value)) return;
  progress({ step: 'repair', message: `Putting ${name} back as it was before a change that was interrupted` });
  const { records, coming, leaving } = value;
  const touched = [...new Set([...coming.map((record) => record.name), ...leaving])];
  await clear(site, prefix, coming);
  await dropBytecode(
    prefix,
    installedPackages(prefix).filter((one) => touched.includes(one.name)),
  );
  const again = touched.filter((one) => records.some((record) => record.name === one));
  await linkRecords(site, await findUv(site, progress), prefix, name, records, specs, again, progress);
  await copyFile(path.join(directory, saved.history), path.join(prefix, 'conda-meta', 'history'));
  await copyFile(path.join(directory, saved.explicit), path.join(prefix, '.pier', 'explicit.txt')).catch(() => {});
  if (records.some((record) => record.name === 'python')) await compileBytecode(prefix, prefix, progress);
}

function isBefore(value: unknown): value is Before {
  const { version, records, coming, leaving } = (value ?? {}) as Partial<Record<keyof Before, unknown>>;
  return version === 1 && [records, coming, leaving].every(Array.isArray);
}

/** Deletes files of what was coming that no package here has: a package whose record is missing leaves them behind. */
async function clear(site: Site, prefix: string, coming: readonly CondaRecord[]): Promise<void> {
  const kept = new Set(installedPackages(prefix).flatMap(filesOf));
  const { packages } = condaPlaces(site, path.dirname(prefix));
  for (const { fn } of coming) {
    const info = path.join(packages, fn.replace(/\.(conda|tar\.bz2)$/, ''), 'info', 'paths.json');
    const text = await readFile(info, 'utf8').catch(() => '{}');
    const paths: { _path?: unknown }[] = JSON.parse(text).paths ?? [];
    for (const { _path } of paths) {
      if (typeof _path !== 'string' || _path.split('/').includes('..') || kept.has(_path)) continue;
      await rm(path.join(prefix, _path), { force: true });
    }
  }
}
