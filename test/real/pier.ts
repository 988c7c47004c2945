import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { identityOf, liveness } from '../../src/files/index.ts';
import { type Sandbox, sandbox } from '../sandbox.ts';

export const program = path.join(import.meta.dirname, '..', '..', 'dist', 'pier.cjs');

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** All that it printed, without the line breaks that fit it to the terminal. */
export function said({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): string {
  return `${stdout} ${stderr}`.replace(/\s+/g, ' ');
}

/** Runs the built pier to its end. */
export async function pier(
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly timeoutMs?: number },
): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], {
    env: options.env,
    cwd: options.cwd ?? options.env.HOME ?? '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 120_000,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, stdout, stderr };
}

/** A person of her own: a fresh HOME, and pier for it. At the end her sessions and portal are stopped. */
export interface Person extends AsyncDisposable {
  readonly box: Sandbox;
  readonly pier: (...args: string[]) => Promise<Ran>;
  /** Runs with --json and gives the document; throws when it failed. */
  readonly json: (...args: string[]) => Promise<Record<string, never>>;
  /** Where her sessions' records are. */
  readonly sessions: string;
}

export async function person(variables: Record<string, string> = {}): Promise<Person> {
  const box = await sandbox();
  const env = { ...box.env, ...variables };
  const run = (...args: string[]) => pier(args, { env });
  return {
    box: { ...box, env },
    pier: run,
    json: async (...args) => {
      const ran = await run(...args, '--json');
      if (ran.exitCode !== 0) throw new Error(`pier ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    sessions: path.join(box.home, '.local', 'state', 'pier', 'sessions'),
    [Symbol.asyncDispose]: async () => {
      await run('session', 'stop', '--all');
      await run('portal', '--stop');
      await box[Symbol.asyncDispose]();
    },
  };
}

/** Whether a process runs; a zombie does not. */
export function runs(pid: number): boolean {
  return liveness(identityOf(pid)) === 'alive';
}

/** Pids of all processes that carry the session's mark. */
export async function marked(id: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environ.split('\0').includes(`PIER_SESSION=${id}`) && runs(pid) ? [pid] : [];
    }),
  );
  return found.flat();
}
