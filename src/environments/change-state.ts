import { lstatSync } from 'node:fs';

/** The directory that is there while an environment is being changed; what undoing needs is kept in it. */
export function changeDirectory(prefix: string): string {
  return `${prefix}/.pier/change`;
}

const beingChanged = 'It is being changed now by ';

/** Why an environment is not to be used while somebody is at work on it; `who` as of `whoIsAtWork`. */
export function beingChangedBy(who: string): string {
  return `${beingChanged}${who}.`;
}

/** Whether that is why: then there is nothing to put right, only to wait for. */
export function isBeingChanged(reason: string | null): boolean {
  return reason?.startsWith(beingChanged) ?? false;
}

/** Whether an environment is being changed, or a change was interrupted: one lstat(2). */
export function isChanging(prefix: string): boolean {
  return lstatSync(changeDirectory(prefix), { throwIfNoEntry: false }) !== undefined;
}
