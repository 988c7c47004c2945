import { PierError } from '../../files/index.ts';
import type { SubmitOptions } from '../engine.ts';
import type { SlurmJob, SlurmRequest } from '../job.ts';

export async function submit(_request: SlurmRequest, _options: SubmitOptions): Promise<SlurmJob> {
  throw new PierError('not-available', 'Jobs on Slurm are to come.');
}
