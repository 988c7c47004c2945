import { writeFile } from 'node:fs/promises';
import { cannotWrite, identityOf, makePrivateDirectory, thisProgram, writeRecordOnce } from '../files/index.ts';
import { cancel, jobEnvironment, type Resources, type SubmitOptions, submit } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import { jobScript, warnBefore } from './job-script.ts';
import type { AskedRecord, RequestRecord } from './record-schemas.ts';
import { readStop } from './records.ts';
import { sessionVariable } from './remains.ts';
import { attemptFiles } from './store.ts';

/** What one attempt asks of Slurm; `after` is the number of the job whose end it waits for, or null. */
export interface SlurmWish {
  readonly resources: Resources;
  readonly after: string | null;
}

/**
 * Writes the script of an attempt and hands it over: to Slurm with a wish, else to this machine.
 *
 * Errors: as of `submit` in jobs.
 */
export async function submitAttempt(
  site: Site,
  request: RequestRecord,
  attempt: number,
  wish: SlurmWish | null,
  options: SubmitOptions,
): Promise<void> {
  const { id, app, directory } = request;
  const files = attemptFiles(id, attempt);
  const name = `pier-${app}-${id}-${attempt}`;
  const slurm = wish && { asked: { name, resources: wish.resources }, log: files.log, env: process.env };
  await makePrivateDirectory(files.directory);
  try {
    await writeFile(files.script, jobScript(request, attempt, thisProgram(), slurm), { mode: 0o700, flag: 'wx' });
    // Slurm would make it as others may read it.
    if (wish) await writeFile(files.log, '', { mode: 0o600, flag: 'a' });
  } catch (error) {
    throw cannotWrite(files.script, error);
  }
  const { script, log } = files;
  if (!wish) {
    const env = { ...process.env, ...sessionVariable(id) };
    await writeRecordOnce(files.submitted, await submit({ engine: 'local', script, directory, log, env }));
    return;
  }
  const { resources, after } = wish;
  const at = new Date().toISOString();
  const asked: AskedRecord = { name, resources, after, by: identityOf(process.pid), at };
  await writeRecordOnce(files.asked, asked);
  const env = { ...jobEnvironment(), ...sessionVariable(id) };
  const noise = site.profile.slurm.submit_noise;
  const warn = warnBefore;
  const wanted = { engine: 'slurm' as const, script, directory, log, env, name, resources, after, warn, noise };
  const job = await submit(wanted, options);
  // There is a job: on a disk that has become full it is found by its name.
  await writeRecordOnce(files.submitted, job).catch(() => {});
  // Whoever stopped it while Slurm did not answer found no job to cancel.
  if (await readStop(id)) await cancel(job, 0);
}
