import { liveness } from '../../files/index.ts';
import type { JobStatus, LocalJob } from '../job.ts';

/** Asks the kernel whether the job's leading process still runs. Starts no program. */
export function query(job: LocalJob): JobStatus {
  const { host, pid } = job.identity;
  const asOf = new Date().toISOString();
  switch (liveness(job.identity)) {
    case 'alive':
      return { state: 'running', host, limit: null, asOf };
    case 'dead':
      return { state: 'gone', reason: `its process ${pid} is gone`, end: null, settled: true, asOf };
    default:
      return unreachable(host);
  }
}

function unreachable(host: string): JobStatus {
  return {
    state: 'unknown',
    reason: `it was started on ${host}, which cannot be asked from here`,
    asOf: null,
    last: null,
  };
}
