import { PierError } from '../../files/index.ts';
import type { SubmitOptions } from '../engine.ts';
import type { SlurmJob, SlurmRequest } from '../job.ts';
import { cancel } from './cancel.ts';
import { clusterHere } from './cluster.ts';
import { firstLive } from './find.ts';
import { lookFor, lookOnce, uncertain } from './look.ts';
import { askSqueue } from './queue.ts';
import { refused, sbatch } from './sbatch.ts';

/** Milliseconds to wait for a controller that does not answer. */
const usualPatience = 300_000;
/** Tries; each is known to have left no job before the next. */
const tries = 3;

/** See `submit` in engine.ts. */
export async function submit(request: SlurmRequest, options: SubmitOptions): Promise<SlurmJob> {
  const { onWait = () => {}, signal, patienceMs = usualPatience } = options;
  const { name } = request;
  const search = { name, deadline: Date.now() + patienceMs, onWait, signal };
  const found = async (job: string) => await jobOf(job, name, null);
  for (let attempt = 1; ; attempt++) {
    const answer = await sbatch(request);
    if (answer.outcome === 'taken') {
      const job = await jobOf(answer.job, name, answer.cluster);
      return attempt === 1 ? job : await withoutDoubles(job);
    }
    if (answer.outcome === 'refused') {
      // One that was sent before may have arrived since, and be why there is room for no other.
      const earlier = attempt === 1 ? undefined : await lookFor(search, null);
      if (earlier) return await found(earlier);
      throw answer.error;
    }
    const silent = answer.silent || signal?.aborted;
    if (silent) onWait(`${answer.reason}; looking whether it took the job`);
    const once = silent ? undefined : await lookOnce(name);
    // A squeue that failed has said nothing, least of all that there is no job.
    const there = once === undefined || 'unanswered' in once ? await lookFor(search, answer) : once.job;
    if (there !== undefined) return await found(there);
    if (signal?.aborted) throw new PierError('interrupted', 'Interrupted; Slurm has taken no job.');
    if (!answer.silent) throw refused(`Slurm took no job. ${answer.reason}`);
    if (attempt === tries) throw uncertain(name, answer.reason, answer.said);
  }
}

async function jobOf(job: string, name: string, cluster: string | null): Promise<SlurmJob> {
  const where = cluster ?? (await clusterHere());
  return { engine: 'slurm', job, name, cluster: where, submitted: new Date().toISOString() };
}

/** Ends all but the first job of a name: one that was thought lost may have arrived after all. */
async function withoutDoubles(job: SlurmJob): Promise<SlurmJob> {
  const jobs = await askSqueue([`--name=${job.name}`]);
  if (typeof jobs === 'string') return job;
  const kept = firstLive(jobs);
  if (!kept) return job;
  for (const { id } of jobs.filter((one) => one.id !== kept.id)) await cancel({ ...job, job: id });
  return { ...job, job: kept.id };
}
