import { constants } from 'node:fs';
import path from 'node:path';
import { readSmallFile } from '../small-file.ts';
import { type Lock, parseLock } from './lock.ts';
import { neutralDirectory } from './program.ts';

/** Where the exact list is kept that an environment was last made to be. */
export function keptLockFile(prefix: string): string {
  return path.join(prefix, '.pier', 'pylock.toml');
}

/** The exact list kept with an environment; undefined when there is none that can be read. */
export function keptLock(prefix: string, python: string, file = keptLockFile(prefix)): Lock | undefined {
  const text = readSmallFile(file, undefined, constants.O_NOFOLLOW);
  try {
    return text === undefined ? undefined : parseLock(text, python, neutralDirectory);
  } catch {
    return undefined;
  }
}
