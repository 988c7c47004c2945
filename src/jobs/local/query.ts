import { liveness } from '../../files/index.ts';
import type { JobStatus, SubmittedJob } from '../job.ts';

/** Asks the kernel whether the job's leading process still runs. Starts no program. */
export function query(job: SubmittedJob): JobStatus {
  const { host } = job.identity;
  switch (liveness(job.identity)) {
    case 'alive':
      return { state: 'running' };
    case 'dead':
      return { state: 'gone', reason: `its process ${job.identity.pid} is gone` };
    default:
      return { state: 'unknown', reason: `it was started on ${host}, which cannot be asked from here` };
  }
}
