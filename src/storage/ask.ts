import { type RunResult, run, which } from '../process/index.ts';

/** Milliseconds; quotas are asked of servers. */
const patience = 15_000;

/** Runs a program on PATH, or in the other directory that it is known to be in; undefined where it cannot be run. */
export async function answerOf(name: string, args: readonly string[], elsewhere = ''): Promise<RunResult | undefined> {
  const program = (await which(name)) ?? (elsewhere === '' ? undefined : await which(name, elsewhere));
  if (!program) return undefined;
  return await run(program, args, { timeoutMs: patience, cwd: '/' }).catch(() => undefined);
}
