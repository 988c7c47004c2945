import type { EndEvidence, EndExplanation, JobEnd } from './end.ts';
import type { CancelAnswer, FoundJob, JobRequest, JobStatus, SubmittedJob } from './job.ts';
import type { Complaint, Limits } from './limits.ts';
import { cancel as cancelLocal } from './local/cancel.ts';
import { query as queryLocal } from './local/query.ts';
import { submit as submitLocal } from './local/submit.ts';
import type { Resources } from './resources.ts';

// What is Slurm's is loaded when there is a job of Slurm's, so that a machine without a cluster never reads it.

export interface SubmitOptions {
  /** Told, for a person, what is waited for while the scheduler does not answer. */
  readonly onWait?: (what: string) => void;
  /** Milliseconds to wait for a scheduler that does not answer, before `job-uncertain`. */
  readonly patienceMs?: number;
  /** Aborted when the user is interrupted: whether there is a job is then known within seconds, or `job-uncertain`. */
  readonly signal?: AbortSignal;
}

/**
 * Hands a job to its engine, exactly once: a submission whose answer was lost is looked for before it is tried again.
 *
 * Errors: `cannot-start`, `cannot-write`; of Slurm `job-refused` (there is no job), `job-uncertain` (nobody answers: there
 * may be one, and `findJob` will find it), `interrupted` (there is none), `scheduler-missing`.
 */
export async function submit(request: JobRequest, options: SubmitOptions = {}): Promise<SubmittedJob> {
  if (request.engine === 'local') return await submitLocal(request);
  const slurm = await import('./slurm/submit.ts');
  return await slurm.submit(request, options);
}

export interface QueryOptions {
  /** Milliseconds that the caller waits for an answer that is being fetched; then he gets what was known, with its age. */
  readonly patienceMs?: number;
}

/** What the engine says of a job now. Never throws for a scheduler that does not answer: that is `unknown`. */
export async function query(job: SubmittedJob, options: QueryOptions = {}): Promise<JobStatus> {
  if (job.engine === 'local') return queryLocal(job);
  const slurm = await import('./slurm/query.ts');
  return await slurm.query(job, options);
}

/**
 * Ends a job. A local one is gone, or could not be ended, when this returns; Slurm's is ending, and `query` tells of it.
 *
 * `graceMs`: milliseconds that a local job has between SIGTERM and SIGKILL; Slurm has its own (`KillWait`).
 */
export async function cancel(job: SubmittedJob, graceMs: number): Promise<CancelAnswer> {
  if (job.engine === 'local') return await cancelLocal(job, graceMs);
  const slurm = await import('./slurm/cancel.ts');
  return await slurm.cancel(job);
}

/** One sentence on how a job ended and what to do about it. `end` is what `query` said, or null. */
export async function explainEnd(end: JobEnd | null, evidence: EndEvidence): Promise<EndExplanation> {
  const explanation = await import('./explain-end.ts');
  return explanation.explainEnd(end, evidence);
}

/** Slurm's job of a name, also one that is over, for a submission of which nothing is on record. Asks as `query` does. */
export async function findJob(name: string, options: QueryOptions = {}): Promise<FoundJob> {
  const slurm = await import('./slurm/find.ts');
  return await slurm.findJob(name, options);
}

/** What Slurm allows this user: accounts, partitions, QOS. Takes a few tenths of a second on a quiet cluster. */
export async function readLimits(): Promise<Limits> {
  const slurm = await import('./slurm/limits.ts');
  return await slurm.readLimits();
}

/**
 * What Slurm allowed this user some minutes ago, if it was asked then. Whoever is refused by it, or has to be asked, asks
 * anew: it may only spare a question whose answer would be yes.
 */
export async function readKeptLimits(): Promise<Limits | undefined> {
  const slurm = await import('./slurm/limits.ts');
  return await slurm.readKeptLimits();
}

/** What of a wish the site would refuse or never start, as far as its limits are known; empty: nothing. */
export async function checkResources(wanted: Resources, limits: Limits): Promise<readonly Complaint[]> {
  const check = await import('./check-resources.ts');
  return check.checkResources(wanted, limits);
}
