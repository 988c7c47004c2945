import { stat } from 'node:fs/promises';
import { type Environment, refuseUntrusted, refuseUnusable } from '../environments/index.ts';
import { PierError, thisProgram, tilde, writeRecord, writeRecordOnce } from '../files/index.ts';
import type { Resources, SubmitOptions } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { readSession } from './describe.ts';
import { planJupyter } from './jupyter.ts';
import type { RequestRecord } from './record-schemas.ts';
import { refuseNodeLocal } from './refuse-node-local.ts';
import type { Session } from './session.ts';
import { makeSessionDirectory, removeSessionDirectory, sessionFiles } from './store.ts';
import { submitAttempt } from './submit-attempt.ts';

export interface SessionRequest {
  readonly app: 'lab' | 'notebook';
  readonly environment: Environment;
  /** Absolute path that Jupyter serves and starts in. */
  readonly directory: string;
  readonly direct: boolean;
  readonly on: 'here' | 'login' | 'compute';
  /** Seconds without anything going on after which it ends; 0: never. Undefined: as the site has it. */
  readonly idle?: number | undefined;
  /** What the job of a session on a compute node asks for; null elsewhere. */
  readonly resources: Resources | null;
}

export interface StartOptions extends SubmitOptions {
  /** Who stops it when `signal` is aborted, as in `It was stopped by …`; undefined: it is left to itself. */
  readonly stopBy?: () => string | undefined;
}

/**
 * Records what is asked for and hands its job to the scheduler of this place. Leaves nothing where there is no job. Where
 * there is one it comes back also when it is interrupted.
 *
 * Errors: `environment-without-jupyter`, `environment-broken`, `environment-untrusted`, `directory-unusable`, `node-local`, `address-unknown`,
 * `cannot-write`, `cannot-start`; of Slurm `job-refused`, `job-uncertain`, `scheduler-missing`; `interrupted`.
 */
export async function startSession(site: Site, wanted: SessionRequest, options: StartOptions = {}): Promise<Session> {
  await refuseUnusableDirectory(wanted.directory);
  refuseUnusable(wanted.environment);
  await refuseUntrusted(wanted.environment);
  const plan = await planJupyter(wanted.environment, wanted.app, wanted.direct);
  if (plan.way === 'direct' && wanted.on === 'compute') refuseLoopback(site, plan.note ?? '');
  if (wanted.resources) await refuseNodeLocal(site, thisProgram(), wanted.environment, wanted.directory);
  if (options.signal?.aborted && options.stopBy?.()) throw new PierError('interrupted', 'Interrupted.');
  const id = await makeSessionDirectory();
  try {
    const request = describeRequest(site, wanted, id);
    await writeRecord(sessionFiles(id).request, request);
    await submitAttempt(site, request, 1, wanted.resources && { resources: wanted.resources, after: null }, options);
  } catch (error) {
    // Whether there is a job is not known then, and it is found by what is on record.
    if (error instanceof PierError && error.code === 'job-uncertain') throw await leftBehind(id, error, options);
    await removeSessionDirectory(id);
    throw error;
  }
  return await readSession(id);
}

/** Who was interrupted wants no session: a job that came nevertheless is cancelled by who finds it, or reads that it shall end. */
async function leftBehind(id: string, error: PierError, { signal, stopBy }: StartOptions): Promise<PierError> {
  const by = signal?.aborted ? stopBy?.() : undefined;
  if (by === undefined) return error;
  await writeRecordOnce(sessionFiles(id).stop, { by, at: new Date().toISOString() }).catch(() => {});
  const then = 'If it did, the next pier session list takes it out of the queue, once Slurm answers again.';
  return new PierError('interrupted', `Interrupted. ${error.message.replace(/\.?$/, '.')} ${then}`, {
    hint: `When Slurm answers again: pier session stop ${id}`,
    cause: error,
  });
}

/** Where the site keeps servers on loopback, nothing leads from elsewhere to one on a compute node. */
function refuseLoopback({ profile, name }: Site, note: string): void {
  if (profile.jupyter.address === 'node') return;
  throw new PierError(
    'address-unknown',
    `${note} On a compute node it could not be reached: by the profile of ${name} servers listen on loopback only.`,
    { hint: 'pier lab --on login, or without --direct in an environment with JupyterLab 4' },
  );
}

function describeRequest(site: Site, wanted: SessionRequest, id: string): RequestRecord {
  const { app, environment, directory, direct, on, idle } = wanted;
  const { name, prefix, modules } = environment;
  return {
    version: 1,
    id,
    app,
    environment: { name, prefix, ...(modules.length > 0 ? { modules: [...modules] } : {}) },
    on,
    directory,
    direct,
    ...(idle === undefined ? {} : { idle }),
    site: site.file ?? site.id,
    created: new Date().toISOString(),
  };
}

async function refuseUnusableDirectory(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => undefined);
  if (stats?.isDirectory()) return;
  const what = stats ? 'is not a directory' : 'does not exist or cannot be entered';
  throw new PierError('directory-unusable', `${tilde(directory)} ${what}.`, { hint: 'Give another with --dir.' });
}
