import type { JobEnd } from '../end.ts';
import type { QueryOptions } from '../engine.ts';
import type { JobStatus, KnownStatus, SlurmJob } from '../job.ts';
import { accountOf } from './accounting.ts';
import { clusterHere, listedAfterEnd } from './cluster.ts';
import { hasVanished, type Queue, type QueuedJob, queueFor, usualPatience } from './queue.ts';
import { endOf, isOver } from './states.ts';
import { statusOf } from './status.ts';

/** Milliseconds that an answer counts as true although the next one failed. */
const trusted = 30_000;
/** Milliseconds that clocks of two login nodes mostly differ at most. */
const clocks = 5000;
/** Milliseconds that no two clocks differ: an answer so much younger than a job was asked for after it. */
const anyClocks = 600_000;
/**
 * Milliseconds that accounting may know less than the controller did: of a job that it has as running; of one that only the
 * controller has (accounting that was down is told afterwards); of one that neither has.
 */
const accountingLags = { listed: 60_000, queued: 90_000, missing: 25_000 };

/** See `query` in engine.ts. */
export async function query(job: SlurmJob, { patienceMs = usualPatience }: QueryOptions): Promise<JobStatus> {
  const deadline = Date.now() + patienceMs;
  const elsewhere = await unreachable(job);
  if (elsewhere) return elsewhere;
  const answer = await queueFor(job, (seen) => find(job, seen) !== undefined || isMissing(job, seen), patienceMs);
  const found = find(job, answer);
  if (answer.failure !== null && ageOf(answer) > trusted) {
    return { state: 'unknown', reason: `${answer.failure}.`, asOf: answer.taken, last: lastKnown(job, found, answer) };
  }
  if (found ? isOver(found) : isMissing(job, answer)) return await over(job, found, answer, deadline - Date.now());
  return lastKnown(job, found, answer) ?? handedOver(job);
}

async function unreachable({ cluster }: SlurmJob): Promise<JobStatus | undefined> {
  const here = await clusterHere();
  if (cluster === null || here === null || cluster === here) return undefined;
  const reason = `It was submitted to the cluster ${cluster}; from here only ${here} can be asked.`;
  return { state: 'unknown', reason, asOf: null, last: null };
}

/** Number and name: after a crash Slurm gives the same number to another job. */
function find(job: SlurmJob, { value }: Queue): QueuedJob | undefined {
  return value?.find((one) => isThe(job, one) && !hasVanished(one));
}

function isThe({ job, name }: SlurmJob, queued: QueuedJob): boolean {
  return queued.id === job && queued.name === name;
}

/**
 * Whether the controller lost the job, since it was killed before it had written it down: it lists one for a while after
 * its end (MinJobAge), and this one was missing sooner than that after it was there, or was taken.
 */
async function isLost(job: SlurmJob, { taken, value }: Queue): Promise<boolean> {
  const listed = await listedAfterEnd();
  if (listed === null || taken === null) return false;
  const gone = value?.find((one) => isThe(job, one) && hasVanished(one));
  const [seen, missing] = [gone?.start ?? job.submitted, gone?.end ?? taken];
  return Date.parse(missing) - Date.parse(seen) < listed - clocks;
}

/**
 * Whether a job that this answer lacks cannot be too new for it. Who asked may have done so before it was submitted, and
 * have another clock, so the times alone say little: it was seen before, or was asked for by who knew of it.
 */
export function isMissing(job: SlurmJob, { taken, value }: Pick<Queue, 'taken' | 'value'>): boolean {
  if (value?.some((one) => isThe(job, one) && hasVanished(one))) return true;
  return taken !== null && Date.parse(taken) > Date.parse(job.submitted) + anyClocks;
}

function ageOf({ taken }: Queue): number {
  return taken === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(taken);
}

function lastKnown(job: SlurmJob, found: QueuedJob | undefined, answer: Queue): KnownStatus | null {
  const { taken } = answer;
  if (taken === null) return null;
  if (!found) return isMissing(job, answer) ? leftTheQueue(taken) : null;
  return isOver(found) ? endedAs(endInQueue(found), taken) : statusOf(found, taken);
}

/** Slurm took it, and has not been asked since. */
function handedOver(job: SlurmJob): KnownStatus {
  const reason = 'Slurm took it a moment ago.';
  return { state: 'queued', reason, change: null, estimatedStart: null, requeued: false, asOf: job.submitted };
}

function leftTheQueue(asOf: string): KnownStatus {
  return { state: 'ending', reason: 'It has left the queue; Slurm’s accounting does not say yet how it ended.', asOf };
}

/** squeue still lists it, as over: that says less than accounting does, not who cancelled it. */
function endInQueue({ state, host, end }: QueuedJob): JobEnd {
  return {
    kind: endOf(state) ?? 'failed',
    word: state,
    exitCode: null,
    signal: null,
    by: null,
    host,
    ended: end,
  };
}

function endedAs(end: JobEnd, asOf: string): KnownStatus {
  return { state: 'gone', reason: `Slurm says ${end.word}.`, end, settled: true, asOf };
}

/** The job is over: how, says accounting, which lags behind by seconds and may be down by itself. */
async function over(
  job: SlurmJob,
  found: QueuedJob | undefined,
  queue: Queue,
  patienceMs: number,
): Promise<KnownStatus> {
  const asOf = queue.taken ?? job.submitted;
  const account = await accountOf(job, patienceMs);
  if (account.end) return endedAs(account.end, asOf);
  if (!found && account.askedSince !== null && (await isLost(job, queue))) {
    const reason = 'Slurm’s controller lost it: it was started anew and does not know it any more.';
    return { state: 'gone', reason, end: null, settled: account.failure === null, asOf };
  }
  const lags = accountingLags[account.listed ? 'listed' : found ? 'queued' : 'missing'];
  // Another host may have asked first, by another clock: one answer alone settles nothing.
  const mayStillCome =
    account.failure === null &&
    (account.askedSince === null || !account.again || Date.now() - Date.parse(account.askedSince) < lags);
  if (mayStillCome) return leftTheQueue(asOf);
  if (found) return { ...endedAs(endInQueue(found), asOf), settled: account.failure === null } as KnownStatus;
  if (account.failure !== null) {
    const reason = `It has left the queue; how it ended cannot be asked: ${account.failure}.`;
    return { state: 'gone', reason, end: null, settled: false, asOf };
  }
  const reason = 'Slurm does not know it any more: its controller lost it, or it ended too long ago.';
  return { state: 'gone', reason, end: null, settled: true, asOf };
}
