import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { errnoOf, liveness, PierError, tilde, writeRecord, writeRecordOnce } from '../files/index.ts';
import { cancel, findJob, type SubmittedJob } from '../jobs/index.ts';
import { signalRecorded } from '../process/index.ts';
import { type LegibleRecords, readLegible } from './records.ts';
import type { Session } from './session.ts';
import { jobOf } from './state-slurm.ts';
import { sessionFiles } from './store.ts';
import { unreadable } from './unreadable.ts';

/** Milliseconds that an agent has which can be asked to end: it looks for `stop.json` every other second. */
const patience = 15_000;
/** The same where nobody can tell from here whether there is one. */
const unsure = 5000;

/**
 * Ends what can be known of a session whose records are damaged, and puts these aside under a name that is no session's:
 * nothing is deleted, and the list is whole again.
 *
 * `why`: what is wrong with them. Error: `session-out-of-reach` while its process or job goes on.
 */
export async function putAside(id: string, by: string, why: string): Promise<Session> {
  const legible = await readLegible(id);
  await askForEnd(id, by);
  for (const { started } of legible) if (started) signalRecorded(started.agent, 'SIGTERM', 'process');
  await untilGone(legible);
  for (const records of legible) await endJob(id, records);
  await moveAside(id);
  return described(id, why);
}

/** The session as another pier has just put it aside; undefined when none did. */
export function putAsideByOther(id: string): Session | undefined {
  return wasMoved(id) ? described(id, 'Its records were damaged.') : undefined;
}

function wasMoved(id: string): boolean {
  return !existsSync(sessionFiles(id).directory) && existsSync(asideOf(id));
}

function asideOf(id: string): string {
  return `${sessionFiles(id).directory}.damaged`;
}

function described(id: string, why: string): Session {
  const aside = tilde(asideOf(id));
  return unreadable(id, 'ended', `${why} It was put aside as ${aside}, where you may look at it or remove it.`);
}

/** A directory that is not ours cannot be written in, and no agent of ours looks there. */
async function askForEnd(id: string, by: string): Promise<void> {
  const { stop } = sessionFiles(id);
  const record = { by, at: new Date().toISOString() };
  const written = await writeRecordOnce(stop, record).catch(() => true);
  // One that is there may be what is damaged.
  if (!written) await writeRecord(stop, record).catch(() => {});
}

async function untilGone(legible: readonly LegibleRecords[]): Promise<void> {
  const states = () => legible.flatMap(({ started, end }) => (started && !end ? [liveness(started.agent)] : []));
  const began = Date.now();
  const over = () => {
    const now = states();
    if (now.length === 0) return legible.every(({ end }) => end) || Date.now() - began > unsure;
    return now.every((state) => state === 'dead') || (!now.includes('alive') && Date.now() - began > unsure);
  };
  while (!over() && Date.now() - began < patience) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** An order to Slurm goes by number and name, so that it can never end another job. */
async function endJob(id: string, records: LegibleRecords): Promise<void> {
  if (records.end) return;
  const job = jobOf(records) ?? records.submitted ?? (await foundByName(records));
  if (!job) return;
  const answer = await cancel(job, patience);
  if (answer.accepted) return;
  throw new PierError('session-out-of-reach', `Session ${id} cannot be ended from here. ${answer.reason}`, {
    hint: `pier session stop ${id}`,
  });
}

/** Whoever asked for it may have been killed before its number was written down. */
async function foundByName({ asked }: LegibleRecords): Promise<SubmittedJob | undefined> {
  const found = asked && (await findJob(asked.name));
  return found?.found === 'job' ? found.job : undefined;
}

async function moveAside(id: string): Promise<void> {
  const { directory } = sessionFiles(id);
  try {
    await rename(directory, asideOf(id));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && wasMoved(id)) return;
    throw new PierError('cannot-write', `${tilde(directory)} cannot be put aside: ${String(error)}`, {
      hint: `ls -ld '${directory}'`,
      cause: error,
    });
  }
}
