import { findEnvironment, refuseUntrusted, refuseUnusable } from '../environments/index.ts';
import { PierError, thisProgram } from '../files/index.ts';
import type { Resources, SubmitOptions } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { readJudged, readSession } from './describe.ts';
import { planJupyter } from './jupyter.ts';
import { readAttempt, type SessionRecords } from './records.ts';
import { refuseNodeLocal } from './refuse-node-local.ts';
import type { Session } from './session.ts';
import { isOver } from './state.ts';
import { jobOf } from './state-slurm.ts';
import { newestAttempt, removeAttemptDirectory } from './store.ts';
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
export async function renewSession(site: Site, id: string, anew: Anew, options: SubmitOptions = {}): Promise<Session> {
  const { records, verdict } = await readJudged(id);
  refuseRenewal(records, isOver(verdict.state));
  const { request, asked } = records;
  const resources = await anew((asked as NonNullable<typeof asked>).resources);
  const environment = await findEnvironment(site, request.environment.prefix);
  refuseUnusable(environment);
  await refuseUntrusted(environment);
  await planJupyter(environment, request.app, request.direct);
  await refuseNodeLocal(site, thisProgram(), environment, request.directory);
  const attempt = (await newestAttempt(id)) + 1;
  const after = isOver(verdict.state) ? null : (jobOf(records)?.job ?? null);
  try {
    await submitAttempt(site, request, attempt, { resources, after }, options);
  } catch (error) {
    const uncertain = error instanceof PierError && error.code === 'job-uncertain';
    // Another command may have made this very attempt first: its files are not ours to remove.
    const { asked: mine } = await readAttempt(id, attempt);
    if (!uncertain && mine?.by.pid === process.pid) await removeAttemptDirectory(id, attempt);
    throw error;
  }
  return await readSession(id);
}

function refuseRenewal({ id, asked, stop, next, started }: SessionRecords, over: boolean): void {
  if (!asked) {
    throw new PierError('renew-needless', `Session ${id} runs without a scheduler: no time limit ends it.`, {
      hint: `pier session open ${id}`,
    });
  }
  if (stop) {
    throw new PierError('session-over', `Session ${id} was stopped by ${stop.by}.`, { hint: 'pier lab --on compute' });
  }
  if (next) {
    throw new PierError('renew-queued', `A follow-on job of session ${id} waits already.`, {
      hint: 'pier session list',
    });
  }
  if (!started && !over) {
    throw new PierError('renew-needless', `Session ${id} has not started yet: there is nothing to renew.`, {
      hint: `pier session open ${id}`,
    });
  }
}
