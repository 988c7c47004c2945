import { isDeepStrictEqual } from 'node:util';
import { type Environment, findEnvironment, refuseUntrusted, refuseUnusable } from '../environments/index.ts';
import { identityOf, PierError, thisProgram } from '../files/index.ts';
import { cancel, type Resources, type SubmittedJob } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { type Judged, readJudged, readSession } from './describe.ts';
import { describeFollowOn } from './follow-on.ts';
import { planJupyter } from './jupyter.ts';
import type { RequestRecord } from './record-schemas.ts';
import { readAttempt } from './records.ts';
import { refuseNodeLocal } from './refuse-node-local.ts';
import type { FollowOn, Session } from './session.ts';
import type { StartOptions } from './start.ts';
import { isOver, type Verdict } from './state.ts';
import { jobOf } from './state-slurm.ts';
import { removeAttemptDirectory, removeEmptyAttempt } from './store.ts';
import { submitAttempt } from './submit-attempt.ts';

/** What a renewed session asks for: what it asked for before, and what is given anew. */
export type Anew = (before: Resources) => Promise<Resources>;

/**
 * Queues a follow-on job of a session, under the same id and address; it starts when the present job is over, at once when
 * that is over already. Kernels start anew.
 *
 * Errors: `renew-needless` for one without a scheduler, `renew-queued` when one waits already, `session-over` for one that
 * was stopped; else as of `startSession`.
 */
export async function renewSession(site: Site, id: string, anew: Anew, options: StartOptions = {}): Promise<Session> {
  const judged = await readJudged(id);
  refuseRenewal(judged);
  const { records, verdict } = judged;
  const { request, asked } = records;
  const resources = await anew((asked as NonNullable<typeof asked>).resources);
  const environment = await findEnvironment(site, request.environment.prefix);
  refuseUnusable(environment);
  await refuseUntrusted(environment);
  await planJupyter(environment, request.app, request.direct);
  await refuseNodeLocal(site, thisProgram(), environment, request.directory);
  const attempt = (records.next ?? records).attempt + 1;
  const after = isOver(verdict.state) ? null : (jobOf(records)?.job ?? null);
  if (options.stopBy?.()) throw new PierError('interrupted', 'Interrupted.');
  let job: SubmittedJob;
  try {
    job = await submitAttempt(site, withModulesOf(environment, request), attempt, { resources, after }, options);
  } catch (error) {
    const uncertain = error instanceof PierError && error.code === 'job-uncertain';
    if (!uncertain) await takeBack(id, attempt);
    else if (options.stopBy?.()) throw leftBehind(`pier-${request.app}-${id}-${attempt}`, error);
    throw error;
  }
  if (options.stopBy?.()) await takeOutOfQueue(id, attempt, job);
  return await readSession(id);
}

/** What the environment needs may have changed since the session was started. */
function withModulesOf({ modules }: Environment, request: RequestRecord): RequestRecord {
  return { ...request, environment: { ...request.environment, modules: [...modules] } };
}

/** Removes what this command has begun of an attempt; another may have made this very one first. */
async function takeBack(id: string, attempt: number): Promise<void> {
  const { asked } = await readAttempt(id, attempt);
  if (!asked) await removeEmptyAttempt(id, attempt);
  else if (isDeepStrictEqual(asked.by, identityOf(process.pid))) await removeAttemptDirectory(id, attempt);
}

/** Slurm had it when Ctrl+C was pressed: then it is as if nothing had been asked for. */
async function takeOutOfQueue(id: string, attempt: number, job: SubmittedJob): Promise<never> {
  const { accepted } = await cancel(job, 0);
  if (accepted) {
    await removeAttemptDirectory(id, attempt);
    throw new PierError('interrupted', 'Interrupted; its follow-on job has been taken out of the queue.');
  }
  const number = job.engine === 'slurm' ? job.job : '';
  throw new PierError('interrupted', `Interrupted, but Slurm has taken the follow-on job ${number}.`, {
    hint: `To take it out of the queue when Slurm answers again: scancel ${number}`,
  });
}

function leftBehind(name: string, error: PierError): PierError {
  return new PierError('interrupted', `Interrupted. ${error.message.replace(/\.?$/, '.')}`, {
    hint: `pier session list tells when Slurm answers again; scancel --name=${name} takes it out of the queue`,
    cause: error,
  });
}

function refuseRenewal({ records, verdict, next }: Judged): void {
  const { id, asked, stop, started } = records;
  if (!asked) {
    throw new PierError('renew-needless', `Session ${id} runs without a scheduler: no time limit ends it.`, {
      hint: `pier session open ${id}`,
    });
  }
  if (stop) {
    throw new PierError('session-over', `Session ${id} was stopped by ${stop.by}.`, { hint: 'pier lab --on compute' });
  }
  const followOn = records.next && next && describeFollowOn(id, records.next, next);
  if (followOn && !isOver(next.state)) throw renewQueued(id, followOn, next);
  if (!started && !isOver(verdict.state)) {
    throw new PierError('renew-needless', `Session ${id} has not started yet: there is nothing to renew.`, {
      hint: `pier session open ${id}`,
    });
  }
}

function renewQueued(id: string, { reason }: FollowOn, { state, job }: Verdict): PierError {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(job?.asOf ?? '')) / 1000));
  const ago = Number.isNaN(seconds) ? '' : ` (So Slurm said ${seconds} s ago.)`;
  const waits = state === 'queued' && !job?.change;
  const message = waits
    ? `A follow-on job of session ${id} waits already.`
    : `Session ${id} has one already. ${reason}`;
  return new PierError('renew-queued', message + ago, { hint: 'pier session list' });
}
