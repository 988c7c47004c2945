import { closeSync, constants, mkdirSync, openSync, realpathSync, writeSync } from 'node:fs';
import path from 'node:path';
import { places } from '../files/index.ts';
import { readSmallFile } from './small-file.ts';

/** Prefixes of environments that pier made or adopted outside the site's directory, one a line. */
export function registryFile(): string {
  return path.join(places().state, 'environments.txt');
}

/** Those that are written down, those that are gone since included. */
export function registeredPrefixes(): string[] {
  return (readSmallFile(registryFile()) ?? '').split('\n').filter((line) => path.isAbsolute(line));
}

/**
 * Writes down where an environment is, so that it is listed. One short write at the end of the file: several at once do
 * no harm. That it cannot be written is no reason to fail: the environment can be named by its path.
 */
export function registerPrefix(prefix: string): void {
  try {
    registerRealPath(realpathSync(prefix));
  } catch {
    // it is there all the same
  }
}

/** The same for a real path at which there may be nothing yet. */
export function registerRealPath(real: string): void {
  try {
    if (registeredPrefixes().includes(real)) return;
    mkdirSync(path.dirname(registryFile()), { recursive: true, mode: 0o700 });
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    // O_NONBLOCK: a FIFO in its place keeps nobody waiting.
    const file = openSync(registryFile(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    writeSync(file, `${real}\n`);
    closeSync(file);
  } catch {
    // it is there all the same
  }
}
