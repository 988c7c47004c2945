import { writeFile } from 'node:fs/promises';
import {
  cannotWrite,
  identityOf,
  makePrivateDirectory,
  PierError,
  thisProgram,
  writeRecordOnce,
} from '../files/index.ts';
import {
  cancel,
  jobEnvironment,
  type Resources,
  type SubmitOptions,
  type SubmittedJob,
  submit,
} from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { jobScript, warnBefore } from './job-script.ts';
import type { AskedRecord, RequestRecord } from './record-schemas.ts';
import { readRecords, readStop } from './records.ts';
import { sessionVariable } from './remains.ts';
import { attemptFiles } from './store.ts';

/** What one attempt asks of Slurm; `after` is the number of the job whose end it waits for, or null. */
export interface SlurmWish {
  readonly resources: Resources;
  readonly after: string | null;
}

/**
 * Writes the script of an attempt and hands it over: to Slurm with a wish, else to this machine. Gives its job.
 *
 * Errors: `renew-queued` when another command has the attempt; as of `submit` in jobs.
 */
export async function submitAttempt(
  site: Site,
  request: RequestRecord,
  attempt: number,
  wish: SlurmWish | null,
  options: SubmitOptions,
): Promise<SubmittedJob> {
  const { id, app, directory } = request;
  const files = attemptFiles(id, attempt);
  const name = `pier-${app}-${id}-${attempt}`;
  const slurm = wish && { asked: { name, resources: wish.resources }, log: files.log, env: process.env };
  await makePrivateDirectory(files.directory);
  if (wish) await claim(files.asked, id, { name, resources: wish.resources, after: wish.after });
  try {
    await writeFile(files.script, jobScript(request, attempt, thisProgram(), slurm), { mode: 0o700 });
    // Slurm would make it as others may read it.
    if (wish) await writeFile(files.log, '', { mode: 0o600, flag: 'a' });
  } catch (error) {
    throw cannotWrite(files.script, error);
  }
  const { script, log } = files;
  if (!wish) {
    const env = { ...process.env, ...sessionVariable(id) };
    const job = await submit({ engine: 'local', script, directory, log, env });
    await writeRecordOnce(files.submitted, job);
    return job;
  }
  const { resources, after } = wish;
  const env = { ...jobEnvironment(), ...sessionVariable(id) };
  const noise = site.profile.slurm.submit_noise;
  const warn = warnBefore;
  const wanted = { engine: 'slurm' as const, script, directory, log, env, name, resources, after, warn, noise };
  const job = await submit(wanted, options);
  // There is a job: on a disk that has become full it is found by its name.
  await writeRecordOnce(files.submitted, job).catch(() => {});
  // Whoever stopped it while Slurm did not answer found no job to cancel; nor did who took this command for dead meanwhile.
  if ((await readStop(id)) || (await isFollowed(id, attempt))) await cancel(job, 0);
  return job;
}

/**
 * Of two commands at once, on whatever machines, the one whose `asked.json` is there first has the attempt. What a command
 * that was killed before that has left in its directory is written over.
 */
async function claim(file: string, id: string, wish: Pick<AskedRecord, 'name' | 'resources' | 'after'>): Promise<void> {
  const asked: AskedRecord = { ...wish, by: identityOf(process.pid), at: new Date().toISOString() };
  if (await writeRecordOnce(file, asked)) return;
  throw new PierError('renew-queued', `Another command has just asked for a follow-on job of session ${id}.`, {
    hint: 'pier session list',
  });
}

async function isFollowed(id: string, attempt: number): Promise<boolean> {
  const records = await readRecords(id).catch(() => undefined);
  const newest = records?.next ?? records;
  return newest !== undefined && newest.attempt > attempt;
}
