import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, type Stats } from 'node:fs';

/** Bytes; the longest that are read here are conda's records, of packages with ten thousand files. */
const limit = 16 * 1024 * 1024;

/**
 * Reads a small text file; undefined when it is absent, unreadable, too large, or no regular file.
 *
 * Not asynchronous: a listing reads hundreds of these, at 20 µs each, and through the thread pool at ten times that.
 * Never waits on a FIFO. `accept` looks at the open file before it is read.
 */
export function readSmallFile(
  file: string,
  accept: (stats: Stats) => boolean = () => true,
  flags = 0,
): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | flags);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size > limit || !accept(stats)) return undefined;
    return readFileSync(descriptor, 'utf8');
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Names in a directory; undefined when there is none, or we may not look. */
export function namesAt(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch {
    return undefined;
  }
}
