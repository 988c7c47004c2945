import type { CancelAnswer, SlurmJob } from '../job.ts';

export async function cancel(_job: SlurmJob): Promise<CancelAnswer> {
  return { accepted: false, reason: 'Jobs on Slurm are to come.' };
}
