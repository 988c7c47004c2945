import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { copyFile, rename, rmdir, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Progress, readRecord } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { isBelow } from '../../storage/index.ts';
import { changeDirectory } from '../change-state.ts';
import { deleteTree } from '../discard.ts';
import { installedIn, normalise, sitePackages } from '../distributions.ts';
import type { Environment } from '../environment.ts';
import { isWhole, parseRecord, recordRows } from '../installed-files.ts';
import { endOrphans } from '../orphans.ts';
import { readSmallFile } from '../small-file.ts';
import { targetAt } from '../target.ts';
import { markOf, saved, uvPip } from './apply.ts';
import { cacheDirectory, readCache, unpackedWheel } from './cache.ts';
import { uvError } from './errors.ts';
import { keptLock, keptLockFile } from './kept-lock.ts';
import { findUv } from './program.ts';
import { wheelFiles } from './wheel-files.ts';

type Before = Readonly<Record<string, string | null>>;

/**
 * Puts back what an interrupted change touched: every package that is not exactly as it was is taken away, whatever is
 * left of it, and installed anew in the version it had.
 */
export async function repair(site: Site, environment: Environment, progress: Progress): Promise<void> {
  const { prefix, name } = environment;
  await endOrphans(markOf(prefix));
  const before = await readBefore(prefix);
  // Killed before anything was touched.
  if (!before) return;
  progress({ step: 'repair', message: `Putting ${name} back as it was before a change that was interrupted` });
  await restoreLock(prefix);
  const damaged = Object.keys(before).filter((one) => !isAsBefore(prefix, one, before[one] ?? null));
  if (damaged.length === 0) return;
  const files = await filesOf(site, environment, new Set(damaged), progress);
  await clear(prefix, new Set(damaged), files);
  await installAgain(
    site,
    environment,
    damaged.filter((one) => before[one] !== null),
    before,
    progress,
  );
}

async function readBefore(prefix: string): Promise<Before | undefined> {
  const value = await readRecord(path.join(changeDirectory(prefix), saved.before)).catch(() => undefined);
  const before = (value as { before?: unknown } | undefined)?.before;
  if (typeof before !== 'object' || before === null) return undefined;
  const rows = Object.entries(before).filter(([, version]) => version === null || typeof version === 'string');
  return Object.fromEntries(rows);
}

async function restoreLock(prefix: string): Promise<void> {
  const place = path.join(changeDirectory(prefix), 'restored-pylock.toml');
  const copied = await copyFile(path.join(changeDirectory(prefix), saved.oldLock), place).then(
    () => true,
    () => false,
  );
  if (copied) await rename(place, keptLockFile(prefix));
}

function isAsBefore(prefix: string, name: string, version: string | null): boolean {
  const found = installedIn(prefix).filter((item) => item.name === name);
  if (version === null) return found.length === 0;
  const [only, other] = found;
  if (!only || other || only.version !== version) return false;
  const old = readSmallFile(path.join(changeDirectory(prefix), saved.record(only.directory)));
  return old === readSmallFile(path.join(only.directory, 'RECORD')) && isWhole(only.directory);
}

/** Every file that a damaged package has or may have brought, in the version before and in the one that was coming. */
async function filesOf(
  site: Site,
  environment: Environment,
  names: ReadonlySet<string>,
  progress: Progress,
): Promise<Set<string>> {
  const { prefix, python } = environment;
  const place = sitePackages(prefix) ?? prefix;
  const directory = changeDirectory(prefix);
  const records = readdirSync(directory).filter((one) =>
    names.has(normalise(/^([^-]+)-.*\.RECORD$/.exec(one)?.[1] ?? '')),
  );
  const old = records.flatMap((one) => parseRecord(readSmallFile(path.join(directory, one)) ?? '', place));
  const now = installedIn(prefix).filter((item) => names.has(item.name));
  const listed = now.flatMap((item) => recordRows(item.directory) ?? []);
  const cache = readCache(await cacheDirectory(site, await findUv(site, progress)));
  const coming = keptLock(prefix, python?.version ?? '', path.join(directory, saved.newLock))?.packages ?? [];
  const wheels = coming.filter((item) => names.has(item.name)).map((item) => unpackedWheel(cache, item));
  const brought = wheels.flatMap((wheel) => (wheel ? wheelFiles(wheel, place, prefix) : []));
  return new Set([...old, ...listed].map(({ file }) => file).concat(brought));
}

async function clear(prefix: string, names: ReadonlySet<string>, files: ReadonlySet<string>): Promise<void> {
  const others = installedIn(prefix).filter((item) => !names.has(item.name));
  const kept = new Set(others.flatMap((item) => recordRows(item.directory) ?? []).map(({ file }) => file));
  const gone = [...files].filter((file) => !kept.has(file) && isReallyBelow(file, prefix));
  for (const file of gone) await unlink(file).catch(() => {});
  for (const item of installedIn(prefix)) if (names.has(item.name)) await deleteTree(item.directory);
  const deepestFirst = [...new Set(gone.map((file) => path.dirname(file)))].sort((a, b) => b.length - a.length);
  for (const directory of deepestFirst) await removeEmpty(directory, sitePackages(prefix) ?? prefix);
}

/** A list of files is only text: one that names `../../..` or goes through a link that leads out deletes nothing. */
function isReallyBelow(file: string, prefix: string): boolean {
  try {
    return isBelow(realpathSync(path.dirname(file)), prefix) && !lstatSync(file).isDirectory();
  } catch {
    return false;
  }
}

/** Bytecode of files that are gone goes too; then the directory, and those above it, while they are empty. */
async function removeEmpty(directory: string, top: string): Promise<void> {
  for (let at = directory; isBelow(at, top) && at !== top; at = path.dirname(at)) {
    const names = namesIn(at);
    if (names.some((name) => name !== '__pycache__')) return;
    if (names.length > 0) await deleteTree(path.join(at, '__pycache__'));
    await rmdir(at).catch(() => {});
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** From uv's cache where it has them, by the list that was kept; what stands in no list, by its version. */
async function installAgain(
  site: Site,
  { prefix, name, python }: Environment,
  names: readonly string[],
  before: Before,
  progress: Progress,
): Promise<void> {
  if (names.length === 0) return;
  const locked = new Map(keptLock(prefix, python?.version ?? '')?.packages.map((item) => [item.name, item]));
  const lines = names.map((one) => locked.get(one)?.requirement ?? `${one}==${before[one]}`);
  // Where one line has hashes, uv wants them for all.
  const groups = [lines.filter((line) => line.includes('--hash=')), lines.filter((line) => !line.includes('--hash='))];
  const uv = await findUv(site, progress, targetAt(prefix));
  for (const [index, group] of groups.entries()) {
    if (group.length === 0) continue;
    const list = path.join(changeDirectory(prefix), `again-${index}.txt`);
    await writeFile(list, group.map((line) => `${line}\n`).join(''));
    const args = [
      'install',
      '--no-deps',
      '--compile-bytecode',
      '--python',
      path.join(prefix, 'bin', 'python'),
      '-r',
      list,
    ];
    const first = await uvPip(site, uv, prefix, [...args, '--offline']);
    const result = first.exitCode === 0 ? first : await uvPip(site, uv, prefix, args);
    if (result.exitCode !== 0) throw uvError(result, `Cannot put ${name} back as it was`);
  }
}
