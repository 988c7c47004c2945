// Controls (C0, DEL, C1), format characters (bidirectional overrides, zero-width, soft hyphen, tags), line and
// paragraph separators, lone surrogates, and the letters that print as nothing (Hangul fillers, Braille blank).
// Not as a literal: V8 checks those when it reads the file, half a millisecond of every start.
function unsafe(): RegExp {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u2800\u3164\uffa0]/gu;
}

/** Printable ASCII, and lines of it: the common case, which needs no look at the classes above. */
const plain = /^[\x20-\x7e]*$/;
const plainLines = /^[\x20-\x7e\n]*$/;

/**
 * Text from outside as a terminal may see it: what would move the cursor, hide or reorder is written as an escape,
 * such as `\x1b` or `\u{202e}`.
 */
export function printable(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(unsafe(), (character) => {
    const code = character.codePointAt(0) as number;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** As printable(), of text that may have several lines, such as a log. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A copy of a plain value in which every string is printable; newlines stay, but for those in keys. */
export function printableCopy<Value>(value: Value): Value {
  return copy(value) as Value;
}

function copy(value: unknown): unknown {
  if (typeof value === 'string') return printableLines(value);
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), copy(inner)]));
}

/** JSON with nothing in it that a terminal acts on: JSON.stringify escapes C0 only. */
export function safeJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  if (plainLines.test(text)) return text;
  return text.replace(unsafe(), (character) => (character === '\n' ? '\n' : utf16Escapes(character)));
}

function utf16Escapes(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
