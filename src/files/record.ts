// Of node:fs, which loads its promises when they are first used: 2 ms for every start that only looks.
import { constants, promises, type Stats } from 'node:fs';
import path from 'node:path';
import { errnoOf, PierError } from './error.ts';
import { places, tilde, uid } from './places.ts';

/** Bytes; larger than any record pier writes, so a larger one is not ours. */
const sizeLimit = 1024 * 1024;

/** Writes a record whole or not at all: private temporary file, fsync, rename. Mode 0600. */
export async function writeRecord(file: string, value: unknown): Promise<void> {
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * Writes a record that may exist only once; the first writer wins.
 *
 * Uses link(2), which is atomic on NFS too. Returns false when there is one already.
 */
export async function writeRecordOnce(file: string, value: unknown): Promise<boolean> {
  const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeRecord(mine, value);
  try {
    await promises.link(mine, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw cannotWrite(file, error);
  } finally {
    await promises.rm(mine, { force: true });
  }
}

/**
 * Reads a record that only we can have written; undefined when there is none.
 *
 * Never follows a link, never waits on a FIFO, never reads what another user owns or more than 1 MiB.
 * What is not JSON counts as damaged: `record-damaged`. What cannot be ours: `record-untrusted`.
 */
export async function readRecord(file: string): Promise<unknown> {
  const handle = await openForReading(file);
  if (!handle) return undefined;
  try {
    const stats = await handle.stat();
    refuseForeign(file, stats);
    if (stats.size > sizeLimit) throw new PierError('record-damaged', `${tilde(file)} is ${stats.size} bytes long.`);
    return JSON.parse(await handle.readFile('utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PierError('record-damaged', `${tilde(file)} is not JSON: ${error.message}`, { cause: error });
  } finally {
    await handle.close();
  }
}

async function openForReading(file: string) {
  try {
    return await promises.open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined;
    if (errno === 'ELOOP') throw new PierError('record-untrusted', `${tilde(file)} is a symbolic link.`);
    throw new PierError('record-unreadable', `Cannot read ${tilde(file)}: ${String(error)}`, { cause: error });
  }
}

function refuseForeign(file: string, stats: Stats): void {
  if (!stats.isFile()) throw new PierError('record-untrusted', `${tilde(file)} is not a regular file.`);
  if (stats.uid !== uid() || (stats.mode & 0o022) !== 0) {
    throw new PierError('record-untrusted', `${tilde(file)} can be written by another user.`, {
      hint: `Look at it, then: chmod go-w '${file}'`,
    });
  }
}

/**
 * Makes a directory only we can enter (0700), and its parents.
 *
 * One that exists must be a real directory of ours; a mode that lets others in is narrowed.
 */
export async function makePrivateDirectory(directory: string): Promise<void> {
  try {
    await makeWithParents(directory);
    const stats = await promises.lstat(directory);
    if (!stats.isDirectory() || stats.uid !== uid()) {
      throw new PierError('directory-untrusted', `${tilde(directory)} is not a directory of yours.`, {
        hint: `Look at it: ls -ld '${directory}'`,
      });
    }
    if ((stats.mode & 0o077) !== 0) await promises.chmod(directory, 0o700);
  } catch (error) {
    if (error instanceof PierError) throw error;
    throw cannotWrite(directory, error);
  }
}

/** Not mkdir's own `recursive`: on a read-only file system that says ENOENT, and the reason is lost. */
async function makeWithParents(directory: string): Promise<void> {
  try {
    await promises.mkdir(directory, { mode: 0o700 });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return;
    if (errno !== 'ENOENT' || path.dirname(directory) === directory) throw error;
    await makeWithParents(path.dirname(directory));
    await makeWithParents(directory);
  }
}

/** Why, and the way out; `variable` is what moves the directory, where it is one of pier's own. */
const reasons: Record<string, [why: string, hint: (variable: string | undefined) => string]> = {
  ENOSPC: ['the disk is full', () => 'Free some space (df -h shows where), then try again.'],
  EDQUOT: ['your quota is used up', () => 'Free some space or files, then try again.'],
  EACCES: ['you may not', (variable) => checkOwner(variable)],
  EPERM: ['you may not', (variable) => checkOwner(variable)],
  EROFS: [
    'the file system is read-only',
    (variable) => (variable ? `Set ${variable} to a directory you can write.` : 'Take a place that you can write.'),
  ],
  ENOTDIR: ['a part of the path is not a directory', () => 'Check the path with ls -ld.'],
  EEXIST: ['a file stands where a directory should be', () => 'Move that file away.'],
};

function checkOwner(variable: string | undefined): string {
  return `Check its owner and mode with ls -ld${variable ? `, or set ${variable} elsewhere` : ''}.`;
}

/** The error for a write that failed, in plain words and with the way out. */
export function cannotWrite(file: string, error: unknown): PierError {
  return cannot('write', file, error);
}

function cannot(verb: 'read' | 'write', file: string, error: unknown): PierError {
  const known = reasons[errnoOf(error) ?? ''];
  const why = known?.[0] ?? String(error instanceof Error ? error.message : error);
  return new PierError(`cannot-${verb}`, `Cannot ${verb} ${tilde(file)}: ${why}.`, {
    cause: error,
    ...(known ? { hint: known[1](variableOf(file)) } : {}),
  });
}

/** `XDG_STATE_HOME` for what is in pier's own directory of that name. */
function variableOf(file: string): string | undefined {
  const own = Object.entries(places()).find(([, place]) => file === place || file.startsWith(`${place}${path.sep}`));
  return own && `XDG_${own[0].toUpperCase()}_HOME`;
}

/** Lists names in a directory; an absent one is empty. Error: `cannot-read`. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await promises.readdir(directory)).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw cannot('read', path.resolve(directory), error);
  }
}
