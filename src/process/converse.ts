import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { PierError } from '../files/index.ts';
import { signalGroup } from './signal.ts';

/** A program that is spoken with over its standard input and output, for as long as either side likes. */
export interface Conversation {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The end of what it has written to standard error. */
  readonly said: () => string;
  /** Resolves when it ends. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Ends its whole process group: SIGTERM, and SIGKILL after `graceMs`. */
  readonly end: (graceMs: number) => Promise<void>;
}

/** Characters kept of standard error. */
const keptOfStderr = 4000;

/**
 * Starts a program in a process group of its own, to speak with it. When we end, it reads the end of its input.
 *
 * Throws `cannot-start` when there is no such program or it may not be run.
 */
export async function converse(
  file: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<Conversation> {
  const child = spawn(file, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], ...options });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptOfStderr);
  });
  const ended = once(child, 'close').then(([exitCode, signal]) => ({ exitCode, signal }));
  ended.catch(() => {});
  // What breaks shows as its end.
  child.stdin.on('error', () => {});
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new PierError('cannot-start', `Cannot start ${file}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  const pid = child.pid as number;
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    said: () => said,
    ended,
    end: async (graceMs) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      await ended.catch(() => {});
      clearTimeout(timer);
    },
  };
}
