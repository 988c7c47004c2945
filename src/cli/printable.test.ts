import { expect, test } from 'vitest';
import { printable, printableCopy, safeJson } from './printable.ts';

const hostile = [
  ['\x1b[2J\x07', '\\x1b[2J\\x07'],
  ['a\nb\tc\r', 'a\\x0ab\\x09c\\x0d'],
  ['\u009b31m', '\\x9b31m'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['pay\u200bpal\ufeff', 'pay\\u{200b}pal\\u{feff}'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\u3164\u2800', '\\u{3164}\\u{2800}'],
  ['\ud800', '\\u{d800}'],
  ['\u2028', '\\u{2028}'],
] as const;

test.each(hostile)('%j reaches a terminal as an escape', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('ordinary text of any language is left alone', () => {
  const text = 'Größe 環境 среда 🐍 naïve';
  expect(printable(text)).toBe(text);
});

test('a copy is printable to its last key, and keeps the lines of a text', () => {
  const value = { '\x1b\n': [{ a: '\x07\n' }, null, 3] };
  expect(printableCopy(value)).toEqual({ '\\x1b\\x0a': [{ a: '\\x07\n' }, null, 3] });
});

test('JSON means the same and holds nothing that a terminal acts on', () => {
  for (const [text] of hostile) {
    const json = safeJson({ [text]: text });
    expect(json).toMatch(/^[\x20-\x7e\n]*$/);
    expect(JSON.parse(json)).toEqual({ [text]: text });
  }
});
