import { copyFile, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../../files/index.ts';
import { commandLine } from '../../shell/index.ts';
import type { Site } from '../../site/index.ts';
import type { CloneStage } from '../back-end.ts';
import type { Environment } from '../environment.ts';
import { stageVariable } from '../orphans.ts';
import { readEnvironmentRecord } from '../record.ts';
import { readSmallFile } from '../small-file.ts';
import { findUv } from '../uv-program.ts';
import { compileBytecode } from './bytecode.ts';
import { rattlerError } from './errors.ts';
import { explicitText } from './explicit.ts';
import { channelRecord, filesOf, installedPackages } from './installed.ts';
import { askRattler } from './rattler.ts';
import { updateRecords, writeText } from './relocate.ts';

/**
 * Makes the same of the same packages, out of the package cache, and copies what no package has: pip's layer, variables,
 * pins, and files of the person's own.
 *
 * Not a copy of conda's files: the new place may be longer than a program here has room for, and links take no bytes.
 */
export async function clone(site: Site, source: Environment, stage: CloneStage, progress: Progress): Promise<void> {
  const { prefix, target, signal } = stage;
  const installed = installedPackages(source.prefix);
  const records = installed.map(channelRecord);
  const options = {
    uv: await findUv(site, progress),
    root: path.dirname(target),
    env: stageVariable(path.basename(path.dirname(prefix))),
    timeoutMs: 4 * 3_600_000,
    progress,
    messages: { download: 'Downloading packages', install: 'Installing packages' },
  };
  const task = { verb: 'install', records, specs: source.specs, prefix, final: target } as const;
  const said = await askRattler(site, task, options);
  if ('refusal' in said) {
    const channels = readEnvironmentRecord(source.prefix)?.channels ?? [];
    throw rattlerError(said.refusal, { site, doing: `Cannot clone ${source.name}`, channels, file: null });
  }
  await rm(path.join(prefix, 'CACHEDIR.TAG'), { force: true });
  signal.throwIfAborted();
  progress({ step: 'clone', message: 'Copying what is not of conda' });
  await copyOthers(source.prefix, prefix, target, new Set(installed.flatMap(filesOf)), signal);
  if (installed.some(({ name }) => name === 'python')) await compileBytecode(prefix, target, progress);
  await mkdir(path.join(prefix, '.pier'), { recursive: true });
  await writeText(path.join(prefix, '.pier', 'explicit.txt'), explicitText(records), 0o600);
}

/** What belongs to the original alone, or is made anew. */
function isLeftOut(relative: string): boolean {
  const inMeta = relative.startsWith('conda-meta/');
  if (inMeta) return !['history', 'state', 'pinned'].includes(relative.slice('conda-meta/'.length));
  return (
    relative === '.pier' || relative.endsWith('/__pycache__') || relative === 'CACHEDIR.TAG' || relative === '.condatmp'
  );
}

async function copyOthers(
  from: string,
  prefix: string,
  target: string,
  owned: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const changed = new Map<string, Buffer>();
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    signal.throwIfAborted();
    for (const entry of await readdir(path.join(from, folder), { withFileTypes: true })) {
      const relative = path.join(folder, entry.name);
      if (owned.has(relative) || isLeftOut(relative)) continue;
      if (entry.isDirectory()) waiting.push(relative);
      else {
        const text = await copyOne(from, prefix, target, relative);
        if (text !== undefined) changed.set(path.join(prefix, relative), Buffer.from(text));
      }
    }
  }
  updateRecords(prefix, changed);
}

/** Gives the file's text where it names another place now. */
async function copyOne(from: string, prefix: string, target: string, relative: string): Promise<string | undefined> {
  const [old, copy] = [path.join(from, relative), path.join(prefix, relative)];
  const stats = await lstat(old);
  // Sockets and pipes are not copied.
  if (!stats.isFile() && !stats.isSymbolicLink()) return undefined;
  await mkdir(path.dirname(copy), { recursive: true });
  await rm(copy, { force: true });
  if (stats.isSymbolicLink()) {
    const leads = await readlink(old);
    await symlink(leads.startsWith(`${from}/`) ? target + leads.slice(from.length) : leads, copy);
    return undefined;
  }
  await copyFile(old, copy);
  return await renameInText(copy, from, target, stats.mode);
}

/** Scripts of pip's layer begin with where their Python is. */
async function renameInText(file: string, from: string, target: string, mode: number): Promise<string | undefined> {
  const text = readSmallFile(file);
  if (text === undefined || text.includes('\0') || !text.includes(from) || text.includes('\uFFFD')) return undefined;
  // Not where it is only the beginning of another path.
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const renamed = text.replace(new RegExp(`${escaped}(?![\\w.+-])`, 'g'), () => target);
  await writeText(file, renamed, mode);
  return renamed;
}

/** `conda create --clone`, as a person would type it. */
export async function explainClone(_site: Site, source: Environment, target: string): Promise<string[]> {
  return [commandLine(['conda', 'create', '--prefix', target, '--clone', source.prefix])];
}
