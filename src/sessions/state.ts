import type { QueryOptions } from '../jobs/index.ts';
import type { SessionRecords } from './records.ts';
import type { SessionState } from './session.ts';
import { judgeLocal } from './state-local.ts';
import { judgeSlurm } from './state-slurm.ts';

export interface Verdict {
  readonly state: SessionState;
  readonly reason: string;
  /** What its user has to know although it is ready, such as a full disk. */
  readonly trouble?: string | null;
  /** Of Slurm's job, as far as it was asked. */
  readonly job?: {
    /** Slurm's, once it is known. */
    readonly number?: string;
    readonly host?: string | null;
    readonly estimatedStart?: string | null;
    /** ISO 8601: its time limit. */
    readonly limit?: string | null;
    /** What its user has to change, for one that waits and will not start as it is. */
    readonly change?: string | null;
    readonly asOf: string | null;
  };
}

/**
 * The state of a session, derived from its records, from the processes they name and from what Slurm says of its job;
 * nothing stores it but `verdict.json`, once Slurm has said that a job is over.
 *
 * What cannot be asked changes nothing. `asking` says how long Slurm is waited for.
 */
export async function judge(records: SessionRecords, now = Date.now(), asking: QueryOptions = {}): Promise<Verdict> {
  const { verdict, end } = records;
  if (verdict) return { state: verdict.state, reason: verdict.reason };
  const bySlurm = records.asked !== undefined || records.submitted?.engine === 'slurm';
  // Whom a signal ended does not know why; Slurm does, and may run it again.
  if (end && !(bySlurm && end.cause === 'signal')) return { state: end.state, reason: end.reason };
  return bySlurm ? await judgeSlurm(records, now, asking) : await judgeLocal(records, now);
}

/** States in which nothing of a session runs any more. */
export function isOver(state: SessionState): boolean {
  return state === 'ended' || state === 'failed';
}
