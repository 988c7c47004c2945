import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import path from 'node:path';
import { errnoOf, PierError, tilde, uid } from '../files/index.ts';

/** Bytes; the longest shipped profile has a thirtieth of it. */
const sizeLimit = 256 * 1024;

/** As the kernel: path_resolution(7). */
const mostLinks = 40;

export interface TrustedText {
  readonly text: string;
  /** Changes whenever the file does. */
  readonly stamp: string;
}

/**
 * Reads a text file that nobody but us and root can have written or put there; undefined when there is none.
 *
 * Not asynchronous, because every command comes here: a dozen calls take 0.1 ms, through the thread pool 5 ms.
 * Throws `site-untrusted` when somebody else could, `site-invalid` for what is no text file or larger than 256 KiB.
 */
export function readTrusted(file: string): TrustedText | undefined {
  const real = trustedPath(file);
  if (real === undefined) return undefined;
  const descriptor = openForReading(file, real);
  try {
    const stats = fstatSync(descriptor, { bigint: true });
    if (!stats.isFile()) throw noText(file, 'is not a regular file');
    if (stats.size > sizeLimit) throw noText(file, 'is larger than 256 KiB');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
    return { text, stamp: [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ') };
  } catch (cause) {
    if (cause instanceof TypeError) throw noText(file, 'is not UTF-8 text', cause);
    throw cause;
  } finally {
    closeSync(descriptor);
  }
}

function openForReading(file: string, real: string): number {
  try {
    // O_NONBLOCK: opening a FIFO does not wait for its writer.
    return openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/**
 * Follows a path as the kernel does, and gives the one without links; undefined when it leads nowhere.
 *
 * Each directory and link on the way, and the file, has to be ours or root's, and writable by nobody else. A sticky
 * directory such as `/tmp` is an exception: others can add names there, but not replace ours or root's. So a file or
 * link in it has to be ours; root's does not do, for anybody may be able to make a hard link to it. No directory has any.
 *
 * What is wrong with the way there counts only when it leads to something.
 */
function trustedPath(file: string): string | undefined {
  const pending = path.resolve(file).split('/').filter(Boolean);
  let links = 0;
  let current = '/';
  const root = lstatSync('/');
  let refusal = foreign('/', root, false);
  let sticky = isSharedSticky(root);
  for (let step = pending.shift(); step !== undefined; step = pending.shift()) {
    const next = path.join(current, step);
    const stats = lstatOrNone(next);
    if (!stats) return undefined;
    refusal ??= foreign(next, stats, sticky);
    if (stats.isSymbolicLink()) {
      if (++links > mostLinks) throw untrusted(next, 'leads in a circle of links');
      const target = readlinkSync(next);
      pending.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'));
      if (!path.isAbsolute(target)) continue;
      current = '/';
      sticky = isSharedSticky(lstatSync(current));
    } else {
      current = next;
      sticky = isSharedSticky(stats);
    }
  }
  if (refusal) throw refusal;
  return current;
}

function lstatOrNone(file: string): Stats | undefined {
  try {
    // An error would cost more than all the calls: most of these files are on no machine.
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined;
    throw unreadable(file, error);
  }
}

function isSharedSticky(stats: Stats): boolean {
  return stats.isDirectory() && (stats.mode & 0o022) !== 0 && (stats.mode & 0o1000) !== 0;
}

/** Why something on the way could be anybody's; undefined when it could not. `sticky`: others can add names beside it. */
function foreign(file: string, stats: Stats, sticky: boolean): PierError | undefined {
  const owners = sticky && !stats.isDirectory() ? [uid()] : [uid(), 0];
  if (!owners.includes(stats.uid)) return untrusted(file, `belongs to uid ${stats.uid}`);
  // The mode of a link says nothing; an access list shows in the group's bits (acl(5)).
  if (!stats.isSymbolicLink() && (stats.mode & 0o022) !== 0 && !isSharedSticky(stats)) {
    return untrusted(file, 'can be written by others', `Look at it, then: chmod go-w '${file}'`);
  }
  return undefined;
}

function untrusted(file: string, why: string, hint?: string): PierError {
  return new PierError('site-untrusted', `${tilde(file)} ${why}: a site profile read through it could be anybody’s.`, {
    hint: hint ?? `Look at it: ls -ld '${file}'. A profile of your own goes to ~/.config/pier/sites/.`,
  });
}

function noText(file: string, why: string, cause?: unknown): PierError {
  return new PierError('site-invalid', `${tilde(file)} ${why}.`, { cause, hint: `Look at it: file '${file}'` });
}

function unreadable(file: string, cause: unknown): PierError {
  const why = errnoOf(cause) === 'EACCES' ? 'you may not read it' : String(cause);
  return new PierError('site-unreadable', `Cannot read ${tilde(file)}: ${why}.`, {
    cause,
    hint: `Look at it: ls -ld '${file}'`,
  });
}
