import { rename, rm } from 'node:fs/promises';
import { errnoOf, liveness, PierError, writeRecordOnce } from '../../files/index.ts';
import type { EndRecord } from '../record-schemas.ts';
import { readRuns } from '../records.ts';
import { attemptFiles } from '../store.ts';

export type End = Omit<EndRecord, 'ended' | 'restart'>;

/** Milliseconds: three beats of 15 s. Who has written one since is taken to live, where nobody else can say. */
const beatsMissed = 45_000;

/** The agent of another run serves this attempt already: this one must leave everything as it is. */
export class ServedAlready extends PierError {}

/**
 * Counts this run of an attempt and puts what an earlier one left out of the way, so that nobody believes it: a scheduler
 * runs the script of a job that it put back into its queue again, and so may a person.
 *
 * Slurm counts in `SLURM_RESTART_COUNT` (sbatch(1)). Throws `ServedAlready`.
 */
export async function beginRun(id: string, attempt: number, env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const { started, beat, end } = await readRuns(id, attempt);
  const counted = Number(env.SLURM_RESTART_COUNT ?? 0) || 0;
  if (!started && !end) return counted;
  const last = Math.max(started?.restart ?? 0, end?.restart ?? 0);
  // Of a job that Slurm itself started again, Slurm has ended what ran before.
  const endedBefore = end !== undefined && (end.restart ?? 0) >= (started?.restart ?? 0);
  if (counted <= last && started && !endedBefore) {
    const silent = beat ? Date.now() - Date.parse(beat.at) : Number.POSITIVE_INFINITY;
    const alive = liveness(started.agent);
    if (alive === 'alive' || (alive === 'unknown' && silent < beatsMissed)) {
      throw new ServedAlready('session-served', `Session ${id} is served already, on ${started.agent.host}.`);
    }
  }
  const files = attemptFiles(id, attempt);
  await moveAside(files.end, end?.restart ?? 0);
  for (const file of [files.endpoint, files.beat, files.gateKey]) await rm(file, { force: true });
  return Math.max(counted, last + 1);
}

/** Says how this run ended, unless somebody said it already; never in place of a later run. */
export async function endRun(id: string, attempt: number, restart: number, end: End): Promise<void> {
  const file = attemptFiles(id, attempt).end;
  const record: EndRecord = { ...end, ended: new Date().toISOString(), restart };
  if (await writeRecordOnce(file, record)) return;
  const said = (await readRuns(id, attempt)).end;
  if (said && (said.restart ?? 0) >= restart) return;
  await moveAside(file, said?.restart ?? 0);
  await writeRecordOnce(file, record);
}

/** How a run ends that finds a later one: its records are that one's. */
export const gaveWay: End = { state: 'ended', cause: 'signal', reason: 'Another run has taken its place.' };

/** A node that was cut off may go on while Slurm has started the job again elsewhere. */
export async function isReplaced(id: string, attempt: number, restart: number): Promise<boolean> {
  // A record that cannot be read says nothing of another run.
  const runs = await readRuns(id, attempt).catch(() => undefined);
  return (runs?.started?.restart ?? 0) > restart;
}

async function moveAside(file: string, restart: number): Promise<void> {
  try {
    await rename(file, file.replace(/\.json$/, `.${restart}.json`));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
