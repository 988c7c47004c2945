import type { JobStatus } from '../job.ts';
import type { QueuedJob } from './queue.ts';
import { pendingReason } from './reasons.ts';
import { isWaiting } from './states.ts';

/** What squeue says of a job that is not over. `asOf`: when it was asked. */
export function statusOf(
  job: QueuedJob,
  asOf: string,
): JobStatus & { readonly state: 'queued' | 'running' | 'ending' } {
  if (job.state === 'COMPLETING' || job.state === 'STAGE_OUT') {
    return { state: 'ending', reason: 'Slurm cleans up behind it.', asOf };
  }
  if (isWaiting(job.state)) return queued(job, asOf);
  const limit = job.left === null ? null : new Date(Date.parse(asOf) + job.left * 1000).toISOString();
  return { state: 'running', host: job.host, limit, asOf };
}

function queued(job: QueuedJob, asOf: string) {
  const starting = job.state === 'CONFIGURING' || job.state === 'POWER_UP_NODE';
  const { reason, change } = starting
    ? { reason: 'Its node is being started.', change: null }
    : pendingReason(job.reason);
  // pier never asks for a time to begin: only a job that was queued again has one.
  const requeued = job.state.startsWith('REQUEUE') || job.state === 'SPECIAL_EXIT' || job.reason === 'BeginTime';
  return {
    state: 'queued' as const,
    reason,
    change: change?.replaceAll('JOB', job.id) ?? null,
    estimatedStart: change === null ? job.start : null,
    requeued,
    asOf,
  };
}
