import type { QueryOptions } from '../engine.ts';
import type { FoundJob, JobStatus, SlurmJob } from '../job.ts';

export async function query(_job: SlurmJob, _options: QueryOptions): Promise<JobStatus> {
  return { state: 'unknown', reason: 'jobs on Slurm are to come', asOf: null };
}

export async function findJob(_name: string, _options: QueryOptions): Promise<FoundJob> {
  return { found: 'unknown', reason: 'jobs on Slurm are to come' };
}
