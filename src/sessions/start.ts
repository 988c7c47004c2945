import { mkdir, stat, writeFile } from 'node:fs/promises';
import { type Environment, refuseUntrusted, refuseUnusable } from '../environments/index.ts';
import { cannotWrite, PierError, tilde, writeRecord } from '../files/index.ts';
import { submit } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { jobScript } from './job-script.ts';
import { planJupyter } from './jupyter.ts';
import { readSession } from './list.ts';
import type { RequestRecord } from './record-schemas.ts';
import { sessionVariable } from './remains.ts';
import type { Session } from './session.ts';
import { attemptFiles, makeSessionDirectory, sessionFiles } from './store.ts';

export interface SessionRequest {
  readonly app: 'lab' | 'notebook';
  readonly environment: Environment;
  /** Absolute path that Jupyter serves and starts in. */
  readonly directory: string;
  readonly direct: boolean;
  readonly on: 'here';
}

/** The command that starts this program again, for job scripts and the portal. */
export function thisProgram(): string[] {
  return [process.execPath, process.argv[1] as string];
}

/**
 * Records what is asked for and hands its job to the scheduler of this place.
 *
 * Errors: `environment-without-jupyter`, `environment-broken`, `environment-untrusted`, `directory-unusable`, `cannot-write`, `cannot-start`.
 */
export async function startSession(site: Site, wanted: SessionRequest): Promise<Session> {
  await refuseUnusableDirectory(wanted.directory);
  refuseUnusable(wanted.environment);
  await refuseUntrusted(wanted.environment);
  await planJupyter(wanted.environment, wanted.app, wanted.direct);
  const id = await makeSessionDirectory();
  const request = describeRequest(site, wanted, id);
  await writeRecord(sessionFiles(id).request, request);
  await submitAttempt(request, 1);
  return await readSession(id);
}

function describeRequest(site: Site, wanted: SessionRequest, id: string): RequestRecord {
  const { app, environment, directory, direct, on } = wanted;
  return {
    version: 1,
    id,
    app,
    environment: { name: environment.name, prefix: environment.prefix },
    on,
    directory,
    direct,
    site: site.file ?? site.id,
    created: new Date().toISOString(),
  };
}

async function submitAttempt(request: RequestRecord, attempt: number): Promise<void> {
  const files = attemptFiles(request.id, attempt);
  try {
    await mkdir(files.directory, { recursive: true, mode: 0o700 });
    await writeFile(files.script, jobScript(request, attempt, thisProgram()), { mode: 0o700, flag: 'wx' });
  } catch (error) {
    throw cannotWrite(files.script, error);
  }
  const env = { ...process.env, ...sessionVariable(request.id) };
  const job = await submit({
    engine: 'local',
    script: files.script,
    directory: request.directory,
    log: files.log,
    env,
  });
  await writeRecord(files.submitted, job);
}

async function refuseUnusableDirectory(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => undefined);
  if (stats?.isDirectory()) return;
  const what = stats ? 'is not a directory' : 'does not exist or cannot be entered';
  throw new PierError('directory-unusable', `${tilde(directory)} ${what}.`, { hint: 'Give another with --dir.' });
}
