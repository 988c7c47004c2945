import { liveness } from '../../files/index.ts';
import { signalRecorded } from '../../process/index.ts';
import type { SubmittedJob } from '../job.ts';

/**
 * Ends the job's whole process group, and waits until its leader is gone.
 *
 * SIGTERM first; SIGKILL after `graceMs`. Returns false when it may not or cannot be signalled from here.
 */
export async function cancel(job: SubmittedJob, graceMs: number): Promise<boolean> {
  if (liveness(job.identity) === 'dead') return true;
  if (!signalRecorded(job.identity, 'SIGTERM', 'group')) return liveness(job.identity) === 'dead';
  if (await goneWithin(job, graceMs)) return true;
  signalRecorded(job.identity, 'SIGKILL', 'group');
  return await goneWithin(job, 2000);
}

async function goneWithin(job: SubmittedJob, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (liveness(job.identity) === 'alive') {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
