import { lstatSync } from 'node:fs';

/** The directory that is there while an environment is being changed; what undoing needs is kept in it. */
export function changeDirectory(prefix: string): string {
  return `${prefix}/.pier/change`;
}

/** Whether an environment is being changed, or a change was interrupted: one lstat(2). */
export function isChanging(prefix: string): boolean {
  return lstatSync(changeDirectory(prefix), { throwIfNoEntry: false }) !== undefined;
}
