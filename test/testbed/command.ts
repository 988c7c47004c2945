import { PierError } from '../../src/files/index.ts';
import { lastLines, type RunResult, run } from '../../src/process/index.ts';

/** Debian keeps mkfs, ip, nft and the daemons where not everybody's PATH leads. */
export const searchPath = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`;

/** Runs a program that has to succeed, and gives what it printed. */
export async function command(
  file: string,
  args: readonly string[],
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  const ran = await run(file, args, { timeoutMs: 60_000, env: { ...process.env, PATH: searchPath }, ...options });
  return succeeded(ran).stdout;
}

/** The result, unless the program failed: then what it said. */
export function succeeded(ran: RunResult): RunResult {
  if (ran.exitCode === 0) return ran;
  const said = lastLines(`${ran.stdout}${ran.stderr}`);
  throw new PierError(
    'testbed-command',
    `${ran.command.join(' ')}: ${said || `ended with ${ran.exitCode ?? ran.signal}`}`,
  );
}
