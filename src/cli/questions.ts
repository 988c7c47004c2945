import { closeSync, constants, openSync, readSync } from 'node:fs';
import { PierError } from '../files/index.ts';

/** Asks for yes or no, on standard error. Errors: `interrupted`, `needs-answer` when the terminal goes away. */
export async function askYesNo(message: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts');
  dropTypedAhead();
  return await answerTo(message, (signal) => confirm({ message, initialValue: false, output: process.stderr, signal }));
}

/** Has one of several chosen, on standard error. Errors: as `askYesNo`. */
export async function askWhich(message: string, choices: readonly string[]): Promise<string> {
  const { select } = await import('@clack/prompts');
  dropTypedAhead();
  const options = choices.map((choice) => ({ value: choice, label: choice }));
  return await answerTo(message, (signal) => select({ message, options, output: process.stderr, signal }));
}

/**
 * A symbol is how a prompt says that it was cancelled. At Ctrl+D, or when the terminal goes away, it says nothing, for
 * ever: readline closes itself and pauses the input.
 */
async function answerTo<Answer>(
  message: string,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Exclude<Answer, symbol>> {
  const ended = new AbortController();
  // An answer pauses the input too, and is known a moment later.
  const end = () => setImmediate(() => ended.abort());
  process.stdin.once('pause', end).once('end', end);
  try {
    const answer = await ask(ended.signal);
    if (typeof answer !== 'symbol') return answer as Exclude<Answer, symbol>;
    if (!ended.signal.aborted) throw new PierError('interrupted', 'Interrupted.');
    throw new PierError('needs-answer', `The input ended before there was an answer to: ${message}`);
  } finally {
    process.stdin.off('pause', end).off('end', end);
  }
}

/**
 * Throws away what was typed before the question stood there: it was meant for a shell, and a `y` in it would answer.
 *
 * Raw for a moment, because a line that is not ended can be read only then (termios(3)).
 */
function dropTypedAhead(): void {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  stdin.setRawMode(true);
  let terminal: number | undefined;
  try {
    // Opened anew, so that nobody else's descriptor is made non-blocking.
    terminal = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const dropped = Buffer.alloc(4096);
    while (readSync(terminal, dropped) > 0);
  } catch {
    // EAGAIN: nothing more is there
  } finally {
    if (terminal !== undefined) closeSync(terminal);
    stdin.setRawMode(false);
  }
}
