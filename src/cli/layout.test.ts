import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { displayWidth, fields, table, wrap } from './layout.ts';
import { count, counted, size } from './quantities.ts';

beforeEach(() => void vi.stubEnv('COLUMNS', '40'));
afterEach(() => void vi.unstubAllEnvs());

test('a name is not cut, however narrow the terminal', () => {
  const rows = [['e-requirements-of-the-thesis', `/${'x'.repeat(90)}`]];
  vi.stubEnv('COLUMNS', '60');
  const text = table(['NAME', 'WHERE'], rows, { whole: ['NAME'] });
  vi.unstubAllEnvs();
  expect(text).toContain('e-requirements-of-the-thesis  /xxx');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
});

test('width counts columns: wide letters two, combining marks and styles none', () => {
  expect(displayWidth('abc')).toBe(3);
  expect(displayWidth('環境')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
  expect(displayWidth('👩‍🔬')).toBe(2);
  expect(displayWidth('\x1b[1mab\x1b[22m')).toBe(2);
});

test('a table aligns its columns, numbers to the right, whatever the letters', () => {
  const rows = [
    ['sci', '9'],
    ['環境', '12,340'],
  ];
  expect(table(['NAME', 'FILES'], rows, { right: ['FILES'] })).toBe('NAME   FILES\nsci        9\n環境  12,340');
});

test('a newline in a cell does not make a row', () => {
  expect(table(['NAME'], [['a\nb']])).toBe('NAME\na\\x0ab');
});

test('a table that is too wide loses letters of its widest column only', () => {
  const lines = table(['NAME', 'WHERE'], [['sci', `/${'x'.repeat(60)}`]]).split('\n');
  expect(lines.every((line) => displayWidth(line) <= 40)).toBe(true);
  expect(lines[1]).toMatch(/^sci {3}\/x+…$/);
});

test('text is wrapped at spaces, keeps its indentation, and never breaks a path', () => {
  expect(wrap('one two three four five six seven eight nine')).toBe('one two three four five six seven eight\nnine');
  expect(wrap('  indented')).toBe('  indented');
  expect(wrap(`/${'x'.repeat(50)} end`)).toBe(`/${'x'.repeat(50)}\nend`);
});

test('a command in a sentence is never broken, and goes to a line of its own', () => {
  expect(wrap('Take another name, or remove it first: pier env remove scientific, and again.')).toBe(
    'Take another name, or remove it first:\npier env remove scientific, and again.',
  );
  vi.stubEnv('PIER_CALLED_AS', './pier');
  expect(wrap('Or let it be changed again: pier env thaw v')).toBe('Or let it be changed again:\n./pier env thaw v');
});

test('a path that is too long keeps its end', () => {
  const rows = [['sci', '~/.local/share/pier/envs/deeper/than/most/sci']];
  expect(table(['NAME', 'WHERE'], rows, { front: ['WHERE'] })).toMatch(/\nsci {3}….*\/than\/most\/sci$/);
  expect(table(['NAME', 'WHERE'], [['sci', '/a']], { front: ['WHERE'] })).toBe('NAME  WHERE\nsci   /a');
});

test('fields without a value are left out, and long ones continue under themselves', () => {
  const text = fields([
    ['Name', 'sci'],
    ['Also', ''],
    ['Made', null],
    ['State', 'one two three four five six seven eight nine ten'],
  ]);
  expect(text).toBe('Name   sci\nState  one two three four five six seven\n       eight nine ten');
});

test('quantities are short and never say 1000 kB', () => {
  expect([0, 999, 1000, 9_949_999, 9_950_000, 999_600, 82_000_000_000].map(size)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '9.9 MB',
    '10 MB',
    '1.0 MB',
    '82 GB',
  ]);
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect(counted(1, 'file')).toBe('1 file');
});
