import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  type Stats,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { uid } from '../files/index.ts';
import { isBelow } from '../storage/index.ts';

export interface CopyOptions {
  /** Below the source, what is left out; without a leading slash. */
  readonly leaveOut: (relative: string) => boolean;
  /** Where the copy will be in the end; links inside the source lead inside that. */
  readonly target: string;
  /** Called now and then with how many files are done. */
  readonly onFiles: (count: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies a directory tree, by links where files may share their content: those that share it with uv's cache already,
 * and bytecode, which Python replaces and never overwrites. Everything else is copied, by reflink where there are such.
 *
 * Never follows a link. Throws system errors, such as ENOSPC.
 */
export async function copyTree(source: string, copy: string, options: CopyOptions): Promise<void> {
  let count = 0;
  const waiting = [''];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    options.signal.throwIfAborted();
    mkdirSync(path.join(copy, at), { recursive: at === '' });
    for (const entry of readdirSync(path.join(source, at), { withFileTypes: true })) {
      const relative = path.join(at, entry.name);
      if (options.leaveOut(relative)) continue;
      const [from, to] = [path.join(source, relative), path.join(copy, relative)];
      if (entry.isDirectory()) waiting.push(relative);
      else if (entry.isSymbolicLink()) symlinkSync(targetOf(readlinkSync(from), source, options.target), to);
      else if (entry.isFile()) copyOne(from, to, lstatSync(from));
      count++;
    }
    options.onFiles(count);
    await setImmediate();
  }
}

function targetOf(link: string, source: string, target: string): string {
  return path.isAbsolute(link) && isBelow(link, source) ? path.join(target, path.relative(source, link)) : link;
}

function copyOne(from: string, to: string, stats: Stats): void {
  // Another user's file would stay theirs, and a frozen one could not be made writable for the copy alone.
  const mayShare = stats.uid === uid() && (stats.mode & 0o200) !== 0 && (stats.nlink > 1 || from.endsWith('.pyc'));
  if (mayShare && linked(from, to)) return;
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  if ((stats.mode & 0o200) === 0) chmodSync(to, (stats.mode & 0o777) | 0o200);
  // Bytecode is only good for a source of the same time; anything else is as new as it looks, and so not purged.
  if (from.endsWith('.py')) utimesSync(to, stats.atime, stats.mtime);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    // Another disk, too many links, or a file system without any.
    return false;
  }
}
