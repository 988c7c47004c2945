import { PierError } from '../../files/index.ts';
import { askSacct } from './accounting.ts';
import { pause } from './budget.ts';
import { firstLive } from './find.ts';
import { askSqueue } from './queue.ts';

/**
 * Milliseconds that a controller which answers again gets to take a job that was sent to it while it was frozen: four of
 * ten such jobs ran although sbatch had said "Socket timed out".
 */
const settling = 15_000;

/** Milliseconds that whoever has pressed Ctrl+C still waits for the truth. */
const hurry = 3000;

/** A submission whose answer was lost. */
export interface Search {
  readonly name: string;
  /** Milliseconds since 1970: until when a controller that does not answer is waited for. */
  readonly deadline: number;
  readonly onWait: (what: string) => void;
  /** Aborted when the user was interrupted: then the truth has three seconds. */
  readonly signal: AbortSignal | undefined;
}

/** What sbatch said of it. */
export interface Silence {
  readonly reason: string;
  readonly said: string | null;
}

export function uncertain(name: string, reason: string, said: string | null): PierError {
  const words = said === null ? '' : ` ${said}`;
  return new PierError('job-uncertain', `It is not known whether Slurm took the job: ${reason}.${words}`, {
    hint: `When Slurm answers again, squeue -u $USER --name=${name} tells; pier finds the job by itself.`,
  });
}

/**
 * The number of the job of a name, once the controller answers and had time to take what was sent to it; undefined: there
 * is none. Error: `job-uncertain`, when patience ends first.
 */
export async function lookFor(search: Search, silence: Silence | null): Promise<string | undefined> {
  const { name, deadline, onWait, signal } = search;
  let answering: number | undefined;
  let interrupted: number | undefined;
  for (let wait = 1000; ; wait = Math.min(2 * wait, 10_000)) {
    if (signal?.aborted) interrupted ??= Date.now() + hurry;
    const patience = interrupted === undefined ? undefined : Math.max(500, interrupted - Date.now());
    const jobs = await askSqueue([`--name=${name}`], patience);
    const reason = silence?.reason ?? (typeof jobs === 'string' ? jobs : 'it had no time to take it yet');
    if (typeof jobs === 'string') {
      if (Date.now() > deadline && !signal?.aborted) throw uncertain(name, jobs, silence?.said ?? null);
      onWait(`${jobs}; waiting to see whether Slurm took the job`);
      answering = undefined;
    } else {
      const found = firstLive(jobs);
      if (found) return found.id;
      answering ??= Date.now();
      if (Date.now() - answering > settling) return await lookInAccounting(name);
      onWait('Slurm answers again; waiting to see whether it took the job');
    }
    if (interrupted !== undefined && Date.now() > interrupted) throw uncertain(name, reason, silence?.said ?? null);
    await pauseUnless(signal, interrupted === undefined ? wait : 500);
  }
}

async function pauseUnless(signal: AbortSignal | undefined, milliseconds: number): Promise<void> {
  if (!signal || signal.aborted) return await pause(milliseconds);
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await Promise.race([pause(milliseconds), aborted]);
}

/** One look, for a submission that came to its end. */
export async function lookOnce(
  name: string,
): Promise<{ readonly job: string | undefined } | { readonly unanswered: string }> {
  const jobs = await askSqueue([`--name=${name}`]);
  return typeof jobs === 'string' ? { unanswered: jobs } : { job: firstLive(jobs)?.id };
}

/** It may have run and been forgotten by the controller while nobody answered. */
async function lookInAccounting(name: string): Promise<string | undefined> {
  const runs = await askSacct(`--name=${name}`, '--starttime=now-1days');
  return typeof runs === 'string' ? undefined : runs.find((run) => run.name === name)?.id;
}
