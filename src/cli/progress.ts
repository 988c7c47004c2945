import type { Progress, ProgressEvent } from '../files/index.ts';
import { cut, displayWidth } from './layout.ts';
import { drawOnStderr } from './print.ts';
import { printable } from './printable.ts';
import { columns, isPlain, paint } from './terminal.ts';

export interface ShownProgress {
  readonly progress: Progress;
  /** Takes the line off the terminal; the next event draws it again. */
  readonly clear: () => void;
}

/** Milliseconds between two drawings of the line. */
const interval = 80;

/**
 * Shows progress on stderr: one line that is redrawn on a terminal, one line for each step elsewhere.
 *
 * Not clack's: its spinner puts the terminal in raw mode and ends pier with status 0 at Ctrl+C, which then
 * reaches none of the programs that are running.
 */
export function showProgress({ quiet }: { readonly quiet: boolean }): ShownProgress {
  if (quiet) return { progress: () => {}, clear: () => {} };
  let shown: ShownProgress | undefined;
  return {
    progress: (event) => {
      shown ??= isPlain(2) ? steps() : line();
      shown.progress(event);
    },
    clear: () => shown?.clear(),
  };
}

/** A line for each step; one that would say the same as the line before says nothing. */
export function steps(draw = drawOnStderr): ShownProgress {
  let last: ProgressEvent | undefined;
  return {
    progress: (event) => {
      const isNew = event.step !== last?.step && event.message !== last?.message;
      if (event.step !== last?.step) last = event;
      if (isNew) draw(`${printable(event.message)}\n`);
    },
    clear: () => {},
  };
}

function line(): ShownProgress {
  let drawn = 0;
  let shown = false;
  return {
    progress: (event) => {
      const complete = event.done !== undefined && event.done === event.total;
      if (Date.now() - drawn < interval && !complete) return;
      drawn = Date.now();
      shown = true;
      drawOnStderr(`\r${progressLine(event, columns() - 1)}\x1b[K`);
    },
    clear: () => {
      if (shown) drawOnStderr('\r\x1b[K');
      shown = false;
    },
  };
}

/** `Downloading packages  [=====>    ] 12/47`, at most `width` columns wide. */
export function progressLine(event: ProgressEvent, width: number): string {
  const { done, total } = event;
  const message = printable(event.message);
  if (done === undefined || total === undefined || total <= 0) return cut(`${message} …`, width);
  const counted = ` ${done}/${total}`;
  const room = Math.min(30, width - displayWidth(message) - counted.length - 4);
  if (room < 5) return cut(message + counted, width);
  const filled = Math.min(room, Math.floor((room * done) / total));
  return `${message}  [${paint('green', '='.repeat(filled), 2)}${' '.repeat(room - filled)}]${counted}`;
}
