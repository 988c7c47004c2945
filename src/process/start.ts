import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PierError } from '../files/index.ts';

export interface StartOptions {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  /** File descriptor that gets both output streams; `ignore` throws them away. */
  readonly output: number | 'ignore';
  /** In a session of its own (setsid), so that it outlives pier and the terminal; else in pier's own group. */
  readonly ownSession: boolean;
}

export interface Started {
  readonly pid: number;
  /** Resolves with exit status or signal when it ends, as long as we live. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
}

/**
 * Starts a program without waiting for its end.
 *
 * Throws `cannot-start` when it could not be started at all.
 */
export async function start(file: string, args: readonly string[], options: StartOptions): Promise<Started> {
  const child = spawn(file, args, {
    detached: options.ownSession,
    stdio: ['ignore', options.output, options.output],
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const ended = once(child, 'exit').then(([exitCode, signal]) => ({ exitCode, signal }));
  ended.catch(() => {});
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new PierError('cannot-start', `Cannot start ${file}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  child.unref();
  return { pid: child.pid as number, ended };
}

/** Runs a program on the user's own terminal, in pier's process group, and gives back how it ended. */
export async function runOnTerminal(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }> {
  // Ctrl+C reaches the program by the terminal; pier must outlive it to pass on its status.
  const ignore = () => {};
  process.on('SIGINT', ignore).on('SIGQUIT', ignore);
  try {
    const child = spawn(file, args, { stdio: 'inherit', ...options });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGTERM', forward).on('SIGHUP', forward);
    const [exitCode, signal] = await once(child, 'exit');
    process.off('SIGTERM', forward).off('SIGHUP', forward);
    return { exitCode, signal };
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const why = errno === 'ENOENT' ? 'there is no such program' : errno === 'EACCES' ? 'it may not be run' : cause;
    throw new PierError('cannot-start', `Cannot start ${file}: ${why}.`, { cause });
  } finally {
    process.off('SIGINT', ignore).off('SIGQUIT', ignore);
  }
}
