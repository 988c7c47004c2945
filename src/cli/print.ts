import { writeSync } from 'node:fs';
import { cannotWrite, errnoOf, PierError } from '../files/index.ts';
import { asTyped } from './as-typed.ts';
import type { CommandResult } from './command.ts';
import { displayWidth, wrap } from './layout.ts';
import { printable, printableCopy, printableLines, safeJson } from './printable.ts';
import { columns, paint } from './terminal.ts';

/**
 * Writes all of it at once. `process.stdout` would cost 3 ms of every start, and leave text behind at exit.
 * A reader that went away (`pier env list | head -1`) is no error; false says so.
 */
function write(descriptor: 1 | 2, text: string): boolean {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      // Nobody can be told that stderr takes nothing.
      if (errnoOf(error) === 'EPIPE' || (descriptor === 2 && errnoOf(error) !== 'EAGAIN')) return false;
      if (errnoOf(error) !== 'EAGAIN') throw cannotWrite('the output', error);
      // Somebody made the pipe non-blocking, and it is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return true;
}

/** Prints a command's answer on stdout. */
export function printResult(result: CommandResult, json: boolean): void {
  if (result.value === null) return;
  if (json) {
    write(1, `${safeJson(result.value)}\n`);
    return;
  }
  const text = result.human(printableCopy(result.value) as never);
  if (text !== '') write(1, `${result.isVerbatim ? text : asTyped(text)}\n`);
}

/** Prints text of our own, such as help, on stdout. */
export function printText(text: string): void {
  write(1, text.endsWith('\n') ? text : `${text}\n`);
}

/** Prints one line from outside on stdout; when nobody reads them any more, pier is done. */
export function printLine(text: string): void {
  if (!write(1, `${printable(text)}\n`)) process.exit(0);
}

/** Prints a remark on stderr. */
export function printNote(text: string): void {
  write(2, `${wrap(asTyped(printableLines(text)))}\n`);
}

/** Writes to the terminal behind stderr as it is: for the progress line. */
export function drawOnStderr(text: string): void {
  write(2, text);
}

/** Prints why it failed: for a person on stderr, with `--json` as a document on stdout. */
export function printError(error: unknown, json: boolean): void {
  if (json) write(1, `${safeJson({ error: describe(error) })}\n`);
  if (error instanceof PierError) {
    if (!json) write(2, `${readable(error)}\n`);
  } else {
    write(
      2,
      `${printableLines(error instanceof Error ? (error.stack ?? String(error)) : String(error))}\n\n${report()}\n`,
    );
  }
}

const report =
  () => `${paint('bold', 'pier:', 2)} this is a mistake in pier itself. Please report it, with the lines above,
the command you typed and what pier --version --json prints.`;

function describe(error: unknown): { code: string; message: string; hint: string | null } {
  if (error instanceof PierError) return { code: error.code, message: error.message, hint: error.hint ?? null };
  return { code: 'bug', message: error instanceof Error ? error.message : String(error), hint: null };
}

function readable(error: PierError): string {
  const message = wrap(`pier: ${asTyped(printableLines(error.message))}`).replace(/^pier:/, paint('red', 'pier:', 2));
  return error.hint === undefined ? message : `${message}\n${hintLine(asTyped(printableLines(error.hint)))}`;
}

/** A command to type stands behind `Try:`; a hint that is a sentence stands for itself. */
function hintLine(hint: string): string {
  const command = hint.replace(/^Try: /, '');
  if (command === hint && /^[A-Z]/.test(hint)) return wrap(hint, '  ');
  // On one line, however long: it is there to be pasted. A remark behind it is not.
  const line = `  ${paint('bold', 'Try:', 2)} ${command}`;
  const [, typed, remark] = /^(.*?) {3}(\(.*\))$/.exec(line) ?? [];
  return typed && remark && displayWidth(line) > columns() ? `${typed}\n${wrap(remark, '       ')}` : line;
}
