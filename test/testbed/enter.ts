import { type RunResult, run } from '../../src/process/index.ts';
import { succeeded } from './command.ts';
import { people } from './layout.ts';
import { pidOf } from './processes.ts';

/**
 * The command line that runs a program on a host, in all of its namespaces.
 *
 * As root: `nsenter -t PID -m -u -i -n -p -r -w env -i PATH=… PROGRAM`. As a person: with `runuser`, her groups and her
 * HOME, and an environment made by hand, as sshd would make it.
 */
export function enter(directory: string, host: string, user: string, program: readonly string[]): string[] {
  const pid = String(pidOf(directory, host));
  const inside = ['nsenter', '-t', pid, '-m', '-u', '-i', '-n', '-p', '-r', '-w'];
  const term = `TERM=${process.env.TERM ?? 'dumb'}`;
  if (user === 'root') {
    const places = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8'];
    return [...inside, 'env', '-i', ...places, term, ...program];
  }
  if (!people.some(({ name }) => name === user)) throw new Error(`Nobody here is called ${user}.`);
  const variables = ['PATH=/usr/local/bin:/usr/bin:/bin', `HOME=/home/${user}`, `USER=${user}`, `LOGNAME=${user}`];
  const shell = ['SHELL=/bin/bash', 'LANG=C.UTF-8', term];
  const atHome = ['bash', '-c', 'cd && exec "$@"', 'bash', ...program];
  return [...inside, '/usr/sbin/runuser', '-u', user, '--', 'env', '-i', ...variables, ...shell, ...atHome];
}

export interface EnterOptions {
  readonly user?: string;
  readonly timeoutMs?: number;
  readonly input?: string;
}

/** Runs a program on a host to its end; a non-zero exit is a result. */
export async function on(
  directory: string,
  host: string,
  program: readonly string[],
  options: EnterOptions = {},
): Promise<RunResult> {
  const [file, ...args] = enter(directory, host, options.user ?? 'root', program);
  const { timeoutMs = 60_000, input } = options;
  return run(file as string, args, { timeoutMs, ...(input === undefined ? {} : { input }) });
}

/** Runs a program on a host that has to succeed, and gives what it printed. */
export async function must(
  directory: string,
  host: string,
  program: readonly string[],
  options: EnterOptions = {},
): Promise<string> {
  return succeeded(await on(directory, host, program, options)).stdout;
}
