import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { PierError } from '../files/index.ts';
import { signalGroup } from './signal.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the program; default: pier's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; then the program's whole group is ended. */
  readonly timeoutMs: number;
  /**
   * Milliseconds that it has to come to its own end when pier is told to (SIGINT, SIGTERM); a second signal is passed on at
   * once, and one for a closed terminal (SIGHUP) leaves it alone. Without this, signals are passed on as they come.
   */
  readonly finishMs?: number;
  /** Given on standard input, which is otherwise empty. */
  readonly input?: string;
  /** Called with each piece of standard error as it comes. */
  readonly onStderr?: (text: string) => void;
}

export interface RunResult {
  readonly command: readonly string[];
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Bytes of output kept for each stream. */
const outputLimit = 64 * 1024 * 1024;

/**
 * Runs a program to its end, in a process group of its own. A non-zero exit is a result, not an error.
 *
 * Throws `cannot-start` when there is no such program or it may not be run.
 */
export async function run(file: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { execa } = await import('execa');
  const child = execa(file, args, {
    reject: false,
    detached: true,
    cleanup: true,
    stripFinalNewline: false,
    maxBuffer: outputLimit,
    extendEnv: false,
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  if (options.onStderr) child.stderr?.setEncoding('utf8').on('data', options.onStderr);
  let timedOut = false;
  // execa's own time limit ends only the child: a grandchild that holds stdout kept it waiting for 30 s.
  const timer = setTimeout(() => {
    timedOut = true;
    if (child.pid) signalGroup(child.pid, 'SIGKILL');
  }, options.timeoutMs);
  let finish: NodeJS.Timeout | undefined;
  const forward = (signal: NodeJS.Signals) => {
    if (!child.pid) return;
    if (options.finishMs === undefined || finish) signalGroup(child.pid, signal);
    else if (signal !== 'SIGHUP') finish = setTimeout(signalGroup, options.finishMs, child.pid, signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward).on('SIGHUP', forward);
  try {
    const result = await child;
    if (result.exitCode === undefined && result.signal === undefined) throw cannotStart(file, options.cwd, result);
    return {
      command: [file, ...args],
      exitCode: result.exitCode ?? null,
      signal: result.signal ?? null,
      stdout: result.stdout,
      stderr: result.stderr,
      timedOut,
    };
  } finally {
    clearTimeout(timer);
    clearTimeout(finish);
    process.off('SIGINT', forward).off('SIGTERM', forward).off('SIGHUP', forward);
  }
}

function cannotStart(file: string, cwd: string | undefined, cause: unknown): PierError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  // The kernel gives the same two numbers for the program and for the directory.
  if ((code === 'ENOENT' || code === 'EACCES') && !canBeEntered(cwd ?? '.')) {
    const where = cwd ?? 'the directory that you are in';
    return new PierError('cannot-start', `Cannot start ${file}: ${where} cannot be entered.`, { cause, hint: 'cd' });
  }
  const why = code === 'ENOENT' ? 'there is no such program' : code === 'EACCES' ? 'it may not be run' : code;
  return new PierError('cannot-start', `Cannot start ${file}: ${why || String(cause)}.`, { cause });
}

function canBeEntered(directory: string): boolean {
  try {
    accessSync(path.resolve(directory), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The last lines of a program's output, for an error message. */
export function lastLines(text: string, count = 12): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
