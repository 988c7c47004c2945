import { liveness } from '../../files/index.ts';
import { signalRecorded } from '../../process/index.ts';
import type { CancelAnswer, LocalJob } from '../job.ts';

/** Ends the job's whole process group: SIGTERM first; SIGKILL after `graceMs`. Waits until its leader is gone. */
export async function cancel(job: LocalJob, graceMs: number): Promise<CancelAnswer> {
  if (liveness(job.identity) === 'dead') return { accepted: true };
  if (!signalRecorded(job.identity, 'SIGTERM', 'group')) {
    return liveness(job.identity) === 'dead' ? { accepted: true } : refused(job);
  }
  if (await goneWithin(job, graceMs)) return { accepted: true };
  signalRecorded(job.identity, 'SIGKILL', 'group');
  return (await goneWithin(job, 2000)) ? { accepted: true } : refused(job);
}

function refused({ identity }: LocalJob): CancelAnswer {
  return { accepted: false, reason: `Its process ${identity.pid} on ${identity.host} cannot be ended from here.` };
}

async function goneWithin(job: LocalJob, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (liveness(job.identity) === 'alive') {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
