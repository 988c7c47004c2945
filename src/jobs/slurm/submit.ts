import { PierError } from '../../files/index.ts';
import type { SubmitOptions } from '../engine.ts';
import type { SlurmJob, SlurmRequest } from '../job.ts';
import { askSacct } from './accounting.ts';
import { pause } from './budget.ts';
import { cancel } from './cancel.ts';
import { clusterHere } from './cluster.ts';
import { firstLive } from './find.ts';
import { askSqueue } from './queue.ts';
import { refused, sbatch } from './sbatch.ts';

/** Milliseconds to wait for a controller that does not answer. */
const usualPatience = 300_000;
/** Tries; each is known to have left no job before the next. */
const tries = 3;
/**
 * Milliseconds that a controller which answers again gets to take a job that was sent to it while it was frozen: four of
 * ten such jobs ran although sbatch had said "Socket timed out".
 */
const settling = 15_000;

/** See `submit` in engine.ts. */
export async function submit(request: SlurmRequest, options: SubmitOptions): Promise<SlurmJob> {
  const deadline = Date.now() + (options.patienceMs ?? usualPatience);
  const { onWait = () => {} } = options;
  const look = () => lookFor(request.name, deadline, onWait);
  for (let attempt = 1; ; attempt++) {
    const answer = await sbatch(request);
    if (answer.outcome === 'taken') {
      const job = await jobOf(answer.job, request.name, answer.cluster);
      return attempt === 1 ? job : await withoutDoubles(job);
    }
    if (answer.outcome === 'refused') {
      // One that was sent before may have arrived since, and be why there is room for no other.
      const earlier = attempt === 1 ? undefined : await look();
      if (earlier) return earlier;
      throw answer.error;
    }
    if (answer.silent) onWait(`${answer.reason}; looking whether it took the job`);
    const found = answer.silent ? await look() : await lookOnce(request.name);
    if (found) return found;
    if (!answer.silent) throw refused(`Slurm took no job. ${answer.reason}`);
    if (attempt === tries) throw uncertain(request.name, answer.reason);
  }
}

async function jobOf(job: string, name: string, cluster: string | null): Promise<SlurmJob> {
  const where = cluster ?? (await clusterHere());
  return { engine: 'slurm', job, name, cluster: where, submitted: new Date().toISOString() };
}

function uncertain(name: string, reason: string): PierError {
  return new PierError('job-uncertain', `It is not known whether Slurm took the job: ${reason}.`, {
    hint: `When Slurm answers again, squeue -u $USER --name=${name} tells; pier finds the job by itself.`,
  });
}

/** The job of a name, once the controller answers and had time to take what was sent to it; undefined: there is none. */
async function lookFor(name: string, deadline: number, onWait: (what: string) => void): Promise<SlurmJob | undefined> {
  let answering: number | undefined;
  for (let wait = 1000; ; wait = Math.min(2 * wait, 10_000)) {
    const jobs = await askSqueue(`--name=${name}`);
    if (typeof jobs === 'string') {
      if (Date.now() > deadline) throw uncertain(name, jobs);
      onWait(`${jobs}; waiting to see whether Slurm took the job`);
      answering = undefined;
    } else {
      const found = firstLive(jobs);
      if (found) return await jobOf(found.id, name, null);
      answering ??= Date.now();
      if (Date.now() - answering > settling) return await lookInAccounting(name);
      onWait('Slurm answers again; waiting to see whether it took the job');
    }
    await pause(wait);
  }
}

async function lookOnce(name: string): Promise<SlurmJob | undefined> {
  const jobs = await askSqueue(`--name=${name}`);
  const found = typeof jobs === 'string' ? undefined : firstLive(jobs);
  return found && (await jobOf(found.id, name, null));
}

/** It may have run and been forgotten by the controller while nobody answered. */
async function lookInAccounting(name: string): Promise<SlurmJob | undefined> {
  const runs = await askSacct(`--name=${name}`, '--starttime=now-1days');
  const found = typeof runs === 'string' ? undefined : runs.find((run) => run.name === name);
  return found && (await jobOf(found.id, name, null));
}

/** Ends all but the first job of a name: one that was thought lost may have arrived after all. */
async function withoutDoubles(job: SlurmJob): Promise<SlurmJob> {
  const jobs = await askSqueue(`--name=${job.name}`);
  if (typeof jobs === 'string') return job;
  const kept = firstLive(jobs);
  if (!kept) return job;
  for (const { id } of jobs.filter((one) => one.id !== kept.id)) await cancel({ ...job, job: id });
  return { ...job, job: kept.id };
}
