import type { JobEnd } from '../end.ts';

/** Slurm's words for a job that is over (squeue(1), JOB STATE CODES), and what each means. */
const ends: Readonly<Record<string, JobEnd['kind']>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  TIMEOUT: 'time-limit',
  DEADLINE: 'never-started',
  OUT_OF_MEMORY: 'memory',
  NODE_FAIL: 'node-failed',
  BOOT_FAIL: 'node-failed',
  PREEMPTED: 'preempted',
  CANCELLED: 'cancelled',
  REVOKED: 'cancelled',
  LAUNCH_FAILED: 'never-started',
  RECONFIG_FAIL: 'node-failed',
};

/** What an end is called here; undefined for a state that is none. */
export function endOf(state: string): JobEnd['kind'] | undefined {
  return ends[state];
}

const waiting = new Set([
  'PENDING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'SPECIAL_EXIT',
  'RESV_DEL_HOLD',
  'CONFIGURING',
  'POWER_UP_NODE',
]);

/** Whether a job in this state is still to start, for the first time or again. */
export function isWaiting(state: string): boolean {
  return waiting.has(state);
}

/** Whether a job that squeue still lists is over. */
export function isOver({ state }: { readonly state: string }): boolean {
  return endOf(state) !== undefined;
}
