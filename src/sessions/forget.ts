import { stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../files/index.ts';
import { readRecords, type SessionRecords } from './records.ts';
import { isOver, judge } from './state.ts';
import { newestAttempt, removeSessionDirectory, sessionFiles, sessionIds } from './store.ts';

/** Days that the records of a session stay after the last one was written. */
export const keptDays = 30;

/**
 * Removes what is on record of sessions that ended more than `keptDays` days ago: some ten files each, in a home whose
 * quota counts files. What is live, lost or damaged stays, and what only Slurm could tell the end of.
 *
 * Gives the ids. Errors: those of the file system.
 */
export async function forgetOldSessions(now = Date.now()): Promise<string[]> {
  const forgotten: string[] = [];
  for (const id of await sessionIds()) {
    if (now - (await lastWritten(id)) < keptDays * 86_400_000 || !(await hasEnded(id, now))) continue;
    await removeSessionDirectory(id);
    forgotten.push(id);
  }
  return forgotten;
}

/** Milliseconds since the epoch: each record comes into its directory by a rename, which the directory's time tells. */
async function lastWritten(id: string): Promise<number> {
  const { directory, attempts } = sessionFiles(id);
  const places = [directory, attempts, path.join(attempts, String(await newestAttempt(id)))];
  return Math.max(...(await Promise.all(places.map(changed))));
}

async function changed(place: string): Promise<number> {
  try {
    return (await stat(place)).mtimeMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function hasEnded(id: string, now: number): Promise<boolean> {
  // Damaged records are put aside by `pier session stop`, which says so; an empty directory is nobody's.
  const records = await readRecords(id).catch(() => undefined);
  if (!records || onlySlurmKnows(records)) return false;
  return isOver((await judge(records, now)).state);
}

function onlySlurmKnows({ asked, submitted, end, verdict }: SessionRecords): boolean {
  if (verdict || (end && end.cause !== 'signal')) return false;
  return asked !== undefined || submitted?.engine === 'slurm';
}
