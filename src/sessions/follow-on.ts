import type { AttemptRecords, SessionRecords } from './records.ts';
import type { FollowOn } from './session.ts';
import { isOver, type Verdict } from './state.ts';
import { jobOf } from './state-slurm.ts';

/** A follow-on job as if it served the session already: so it is judged. */
export function asServing(records: SessionRecords, next: AttemptRecords): SessionRecords {
  return { ...records, ...next, next: undefined };
}

/** What is to be said of a follow-on job while the present one runs. */
export function describeFollowOn(id: string, next: AttemptRecords, verdict: Verdict): FollowOn {
  const job = jobOf(next)?.job ?? null;
  return { job, attempt: next.attempt, state: verdict.state, reason: reasonOf(id, job, verdict) };
}

function reasonOf(id: string, number: string | null, { state, reason, job }: Verdict): string {
  const another = `pier session renew ${id}`;
  if (isOver(state)) return `Its follow-on job is over, and will not start: ${reason} For another: ${another}`;
  if (state === 'queued' && job?.change) {
    return `Its follow-on job will not start as it is (for another: scancel ${number}, then ${another}). ${reason}`;
  }
  if (state === 'queued') return 'A follow-on job waits for the end of this one; kernels start anew in it.';
  if (state === 'created') return `A follow-on job was asked for. ${reason}`;
  return `Its follow-on job ${state === 'ending' ? 'is about to be over' : 'starts'}: ${reason}`;
}
