import { stripVTControlCharacters } from 'node:util';
import { asTyped, joinCommands } from './as-typed.ts';
import { columns, isTerminal, paint } from './terminal.ts';

const plain = /^[\x20-\x7e]*$/;

/** Terminal columns that text takes; styles take none. */
export function displayWidth(text: string): number {
  // Printable ASCII is the common case, and a table asks for every cell. The classes of letters are slow to compile.
  if (plain.test(text)) return text.length;
  const shown = stripVTControlCharacters(text);
  return plain.test(shown) ? shown.length : unicodeWidth(shown);
}

function unicodeWidth(text: string): number {
  // Not as literals: V8 checks those when it reads the file, 0.6 ms of every start.
  const wide =
    /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6])/u;
  const marks = /^\p{Mark}+$/u;
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (marks.test(segment)) continue;
    width += wide.test(segment) || segment.includes('\ufe0f') ? 2 : 1;
  }
  return width;
}

/** As cut(), from the front: the end of a path is what tells it from others. */
function cutFront(text: string, width: number): string {
  const letters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  while (displayWidth(letters.join('')) > width - 1) letters.shift();
  return `…${letters.join('')}`;
}

/** Text that takes at most `width` columns, with `…` where something is missing. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (displayWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'left' ? space + text : text + space;
}

/**
 * Rows under their headings, in columns two spaces apart. Columns named in `right` are aligned to the right;
 * too wide for a terminal, the widest columns but those in `whole` are cut, at `…`, those in `front` at their beginning.
 * Into a pipe or file they go whole.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly [how in 'right' | 'whole' | 'front']?: readonly string[] } = {},
): string {
  const lines = [headings, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('\n', '\\x0a')));
  const natural = headings.map((_, at) => Math.max(...lines.map((cells) => displayWidth(cells[at] ?? ''))));
  const widths =
    isTerminal(1) || process.env.COLUMNS
      ? narrow(
          natural,
          columns(),
          headings.map((heading) => !options.whole?.includes(heading)),
        )
      : natural;
  const [first = '', ...others] = lines.map((cells) => {
    const padded = cells.map((cell, at) => {
      const [heading = '', width = 0] = [headings[at], widths[at]];
      const side = options.right?.includes(heading) ? 'left' : 'right';
      const isLong = options.front?.includes(heading) && displayWidth(cell) > width;
      return pad(isLong ? cutFront(cell, width) : cut(cell, width), width, side);
    });
    return padded.join('  ').trimEnd();
  });
  return [paint('bold', first), ...others].join('\n');
}

/** Takes columns off the widest that may be cut until all fit; below 8 nothing is taken. */
function narrow(widths: readonly number[], room: number, mayCut: readonly boolean[]): number[] {
  const narrowed = [...widths];
  const total = () => narrowed.reduce((sum, width) => sum + width + 2, -2);
  while (total() > room) {
    const most = Math.max(0, ...narrowed.filter((_, at) => mayCut[at]));
    if (most <= 8) break;
    narrowed[narrowed.findIndex((width, at) => mayCut[at] && width === most)] = most - 1;
  }
  return narrowed;
}

/** Label and value, one a line, values in one column; long values are wrapped under themselves. */
export function fields(pairs: readonly (readonly [label: string, value: string | null | undefined])[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] != null && pair[1] !== '');
  const width = Math.max(0, ...shown.map(([label]) => displayWidth(label))) + 2;
  return shown
    .map(([label, value]) => paint('bold', pad(label, width, 'right')) + wrap(value, ' '.repeat(width)).trimStart())
    .join('\n');
}

/**
 * Text in lines that fit, every one after `indent`. A line's own leading spaces are kept;
 * a word longer than a line, such as a path, is kept whole, and so is a command to paste, as this person types it.
 */
export function wrap(text: string, indent = ''): string {
  return asTyped(text)
    .split('\n')
    .flatMap((line) => wrapLine(line.trimStart(), indent + line.slice(0, line.length - line.trimStart().length)))
    .join('\n');
}

function wrapLine(text: string, indent: string): string[] {
  const room = columns() - displayWidth(indent);
  const lines: string[] = [];
  let line = '';
  for (const joined of joinCommands(text, '\0').split(' ')) {
    const word = joined.replaceAll('\0', ' ');
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((wrapped) => (indent + wrapped).trimEnd());
}
