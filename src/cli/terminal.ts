import { fstatSync, statSync } from 'node:fs';
import { styleText } from 'node:util';

/** Lines no longer than this read well, however wide the terminal is. */
const widest = 80;

/**
 * Whether a person reads (or types) there. node:tty is 3 ms of a start, so a pipe, a file, and `/dev/null`, where
 * programs that run pier let it read and write, are told without it.
 */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isCharacterDevice() || stats.rdev === statSync('/dev/null').rdev) return false;
    return process.getBuiltinModule('node:tty').isatty(descriptor);
  } catch {
    // closed: pier >&-
    return false;
  }
}

/** Columns a line may have: the terminal's, at most 80. */
export function columns(): number {
  const shown = (isTerminal(1) && process.stdout.columns) || (isTerminal(2) && process.stderr.columns);
  return Math.max(20, Math.min(Number(process.env.COLUMNS) || shown || widest, widest));
}

/** Whether escape sequences would only be in the way. */
export function isPlain(descriptor: 1 | 2): boolean {
  return process.env.TERM === 'dumb' || !isTerminal(descriptor);
}

/** Styles text only for a terminal that wants it (https://no-color.org). */
export function paint(style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string, descriptor: 1 | 2 = 1): string {
  return process.env.NO_COLOR || isPlain(descriptor) ? text : styleText(style, text);
}
