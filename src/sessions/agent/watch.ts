import { attemptFiles } from '../store.ts';
import { askStatus, nodeTrouble, writeBeat } from './beat.ts';
import type { Run } from './doors.ts';
import { lastActive } from './idle.ts';
import { logLine } from './log-line.ts';
import { type End, gaveWay, isReplaced } from './run.ts';
import type { Serving } from './serve.ts';
import { duration, jobEnds, warnings } from './time-left.ts';

const beatEvery = 15_000;

/** How often it is asked when the job's time is over, while nobody says: a job may have no end. */
const timesAsked = 8;

export interface Watch extends Disposable {
  /** Resolves when nothing has gone on for as long as its user or the site allows, or another run has taken over. */
  readonly over: Promise<End>;
}

/**
 * Looks after a session that is ready: beats, warns of the end of the job's time, and ends what is idle for too long.
 *
 * `idle`: seconds; null: never. The first beat is on record when this returns.
 */
export async function watch(run: Run, serving: Serving, runtimeDirectory: string, idle: number | null): Promise<Watch> {
  const { promise, resolve } = deferred<End>();
  const file = attemptFiles(run.request.id, run.attempt).beat;
  let ends: string | null = null;
  let warned = Number.POSITIVE_INFINITY;
  let active = Date.now();

  async function warn(): Promise<void> {
    const due = warnings.findLast((before) => left() <= before);
    if (due === undefined || due >= warned) return;
    // An operator, or the user where the site lets him, may have given it more.
    ends = (await jobEnds({ ...process.env, SLURM_JOB_END_TIME: '' })) ?? ends;
    if (left() > due) return;
    warned = due;
    logLine(`this job’s time is over in ${duration(left())}. Save your notebooks; the kernels end with the job.`);
  }
  const left = () => (ends === null ? Number.POSITIVE_INFINITY : Date.parse(ends) - Date.now());

  /** The records are another run's then, and what this one would write in them untrue. */
  async function hasGivenWay(): Promise<boolean> {
    const replaced = await isReplaced(run.request.id, run.attempt, run.restart);
    if (replaced) resolve(gaveWay);
    return replaced;
  }

  async function beat(): Promise<void> {
    if (await hasGivenWay()) return;
    await warn();
    const status = await askStatus(serving.address, serving.base);
    // Jupyter may take seconds to answer.
    if (!status || (await hasGivenWay())) return;
    const { kernels, connections, last_activity } = status;
    const trouble = await nodeTrouble(runtimeDirectory);
    const told = { at: new Date().toISOString(), kernels, connections, lastActivity: last_activity, ends, trouble };
    await writeBeat(file, { ...told, restart: run.restart });
    if (idle === null) return;
    const seen = await lastActive(serving.address, serving.base, status, serving.identity.pid);
    active = Math.max(active, seen ?? Date.now());
    if (Date.now() - active >= idle * 1000) resolve(idled(idle));
  }

  await beat();
  // A scheduler that does not answer must not keep a session waiting that is ready.
  void jobEnds().then((time) => {
    ends = time;
    return beat();
  });
  let busy = false;
  let asked = 1;
  const timer = setInterval(() => {
    // A job that has just begun may not be known to run yet.
    if (ends === null && asked++ < timesAsked) void jobEnds().then((time) => (ends ??= time));
    if (busy) return;
    busy = true;
    beat()
      .catch(() => {})
      .finally(() => {
        busy = false;
      });
  }, beatEvery);
  return { over: promise, [Symbol.dispose]: () => clearInterval(timer) };
}

function idled(seconds: number): End {
  const reason = `Nothing went on in it for ${duration(seconds * 1000)}: no kernel at work, no browser, no terminal.`;
  return { state: 'ended', cause: 'idle', reason: `${reason} So it has ended, as its idle time says.` };
}

function deferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
