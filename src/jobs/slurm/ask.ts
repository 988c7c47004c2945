import { PierError } from '../../files/index.ts';
import { lastLines, type RunResult, run } from '../../process/index.ts';
import { slurmEnvironment } from './environment.ts';
import { silenceIn } from './failures.ts';

/** What one of Slurm's programs printed, or why there is no answer, in plain words. */
export type Answer =
  | { readonly answered: true; readonly stdout: string }
  | { readonly answered: false; readonly reason: string };

/**
 * Asks one of Slurm's programs that only read. Never throws for one that fails, hangs or is not there.
 *
 * `timeoutMs` is our own: Slurm's programs try for a minute and longer when munge is down or the site's timeouts are long.
 */
export async function ask(program: string, args: readonly string[], timeoutMs: number): Promise<Answer> {
  try {
    const ran = await run(program, args, { timeoutMs, env: slurmEnvironment(), cwd: '/' });
    return ran.exitCode === 0
      ? { answered: true, stdout: ran.stdout }
      : { answered: false, reason: whyNot(ran, timeoutMs) };
  } catch (error) {
    if (error instanceof PierError && error.code === 'cannot-start') return { answered: false, reason: error.message };
    throw error;
  }
}

/** Why a program of Slurm's failed: silence in plain words, anything else as it said it. */
export function whyNot(ran: RunResult, timeoutMs: number): string {
  const silence = silenceIn(ran.stderr);
  if (silence !== undefined) return silence;
  const program = ran.command[0] ?? '';
  if (ran.timedOut) return `${program} gave no answer within ${Math.round(timeoutMs / 1000)} seconds`;
  // scontrol says on its standard output that there is no such thing, and nothing on the other.
  const said = lastLines(ran.stderr.trim() || ran.stdout, 2).trim();
  return said || `${program} ended with status ${ran.exitCode ?? ran.signal}`;
}
