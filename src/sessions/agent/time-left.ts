import { query } from '../../jobs/index.ts';

/** Milliseconds before the end of the job's time at which its user is told, once at each. */
export const warnings = [30, 10, 5, 2].map((minutes) => minutes * 60_000);

/**
 * When the time of the job that we are in is over (ISO 8601); null without a job or a limit, or when nobody says.
 *
 * Slurm sets `SLURM_JOB_END_TIME` from 22.05 on, not everywhere; otherwise what pier's own picture of the queue says.
 */
export async function jobEnds(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const { SLURM_JOB_ID, SLURM_JOB_NAME, SLURM_JOB_END_TIME } = env;
  if (!SLURM_JOB_ID) return null;
  const seconds = Number(SLURM_JOB_END_TIME);
  if (Number.isSafeInteger(seconds) && seconds > 0 && seconds < 1e11) return new Date(seconds * 1000).toISOString();
  const job = { engine: 'slurm' as const, job: SLURM_JOB_ID, name: SLURM_JOB_NAME ?? '', cluster: null };
  const status = await query({ ...job, submitted: new Date().toISOString() }).catch(() => undefined);
  return status?.state === 'running' ? status.limit : null;
}

/** `12 min`, `40 s`. */
export function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 2) return `${Math.max(0, Math.round(milliseconds / 1000))} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
