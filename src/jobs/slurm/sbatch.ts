import { rm, writeFile } from 'node:fs/promises';
import { cannotWrite, PierError } from '../../files/index.ts';
import { type RunResult, run } from '../../process/index.ts';
import type { SlurmRequest } from '../job.ts';
import { environmentFile, submitEnvironment } from './environment.ts';
import { silenceOfSbatch } from './failures.ts';
import { resourceOptions } from './options.ts';
import { namePattern } from './queue.ts';
import { linesBut, quoted, refusalIn } from './refusals.ts';

/** Milliseconds: sbatch itself tries again for most of a minute where munge is down or the controller busy. */
const timeLimit = 100_000;
/**
 * Milliseconds that it still has after Ctrl+C: nearly always its answer is on the way, and with it nothing is uncertain.
 */
const finishMs = 2000;

/** What became of one sbatch. `uncertain`: there may be a job; `silent`: because nobody answered. */
export type Submission =
  | { readonly outcome: 'taken'; readonly job: string; readonly cluster: string | null }
  | { readonly outcome: 'refused'; readonly error: PierError }
  | {
      readonly outcome: 'uncertain';
      readonly silent: boolean;
      readonly reason: string;
      /** What sbatch said itself; null: nothing. */
      readonly said: string | null;
    };

/**
 * `sbatch --parsable --job-name=NAME --chdir=DIR --output=LOG --open-mode=append --export=ALL … SCRIPT`, once.
 *
 * Error: `scheduler-missing`, `job-impossible`, `cannot-write`.
 */
export async function sbatch(request: SlurmRequest): Promise<Submission> {
  refuseImpossible(request);
  const { env, fromFile } = submitEnvironment(request.env);
  const file = fromFile ? `${request.script}.environment` : null;
  try {
    if (file !== null) await writeFile(file, environmentFile(request.env), { mode: 0o600 });
  } catch (error) {
    throw cannotWrite(request.script, error);
  }
  try {
    const ran = await run('sbatch', sbatchArguments(request, file), { timeoutMs: timeLimit, finishMs, env, cwd: '/' });
    return readSubmission(ran, request.noise);
  } catch (error) {
    if (!(error instanceof PierError) || error.code !== 'cannot-start') throw error;
    throw new PierError('scheduler-missing', `There is no Slurm here: ${error.message}`, {
      hint: 'Sign in to a login node of the cluster, or start it here: --on here',
      cause: error,
    });
  } finally {
    if (file !== null) await rm(file, { force: true });
  }
}

/** The command line of sbatch(1) for a request, without `sbatch` itself; `environment` is the file with the job's, or null. */
export function sbatchArguments(
  { name, directory, log, script, resources, after, warn }: SlurmRequest,
  environment: string | null,
): string[] {
  return [
    '--parsable',
    `--job-name=${name}`,
    `--chdir=${directory}`,
    `--output=${pattern(log)}`,
    // A job that is queued again goes on in the same log.
    '--open-mode=append',
    // The environment is the request's, whatever SBATCH_EXPORT says.
    '--export=ALL',
    ...(environment === null ? [] : [`--export-file=${environment}`]),
    ...(warn === null ? [] : [`--signal=B:USR1@${warn}`]),
    ...(after === null ? [] : [`--dependency=afterany:${after}`]),
    ...resourceOptions(resources),
    script,
  ];
}

/** Slurm replaces `%` and a letter in a log's name; `%%` is the sign itself. */
function pattern(log: string): string {
  return log.replaceAll('%', '%%');
}

/** Slurm has no way to write these down: it cuts a path at a newline, and takes a backslash for itself. */
function refuseImpossible({ name, log, directory }: SlurmRequest): void {
  if (!namePattern.test(name)) throw new PierError('job-impossible', `${JSON.stringify(name)} is no name for a job.`);
  const odd = [log, directory].find((file) => /[\\\n]/.test(file));
  if (odd)
    throw new PierError(
      'job-impossible',
      `Slurm cannot work in ${JSON.stringify(odd)}: its name has a backslash or a newline.`,
      { hint: 'Choose another directory with --dir.' },
    );
}

/** What sbatch printed. Lines of the site's may stand before and behind the number, on either stream. */
export function readSubmission(ran: RunResult, noise: readonly string[]): Submission {
  const numbers = ran.exitCode === 0 ? numbersIn(ran.stdout, noise) : [];
  if (numbers[0] && numbers.length === 1) return { outcome: 'taken', ...numbers[0] };
  const lines = linesBut(ran.stderr, noise);
  const said = lines.length === 0 ? null : quoted(ran.stderr, noise);
  const silence = silenceOfSbatch(lines) ?? endedFromOutside(ran);
  if (silence !== undefined) return { outcome: 'uncertain', silent: true, reason: silence, said };
  const refusal = ran.exitCode === 0 ? undefined : refusalIn(ran.stderr, noise);
  if (refusal) return { outcome: 'refused', error: refused(refusal.message, refusal.hint) };
  return { outcome: 'uncertain', silent: false, reason: said ?? 'sbatch did not say why.', said };
}

/** One that did not end by itself may have been heard, whatever it has said before. */
function endedFromOutside(ran: RunResult): string | undefined {
  if (ran.timedOut) return `sbatch gave no answer within ${Math.round(timeLimit / 1000)} seconds`;
  // As a shell that stands before it says it of the real one.
  const wasSignalled = ran.exitCode === null || [129, 130, 137, 143].includes(ran.exitCode);
  return wasSignalled
    ? `sbatch was ended${ran.signal ? ` by ${ran.signal}` : ''} before Slurm had answered`
    : undefined;
}

function numbersIn(stdout: string, noise: readonly string[]) {
  const lines = stdout.split('\n').filter((line) => !noise.some((start) => line.startsWith(start)));
  return lines.flatMap((line) => {
    const [, job, cluster = null] = /^(\d+)(?:;([\w.-]+))?$/.exec(line.trim()) ?? [];
    return job === undefined ? [] : [{ job, cluster }];
  });
}

export function refused(message: string, hint?: string): PierError {
  return new PierError('job-refused', message, hint === undefined ? {} : { hint });
}
