import { expect, test } from 'vitest';
import { checkName } from './names.ts';

test.each(['sci', 'my-analysis', 'v2.1', 'été', '_x', '2026', 'C++'])('%s can be a name', (name) => {
  expect(() => checkName(name, '/root')).not.toThrow();
});

test.each([
  ['', 'it is empty'],
  ['base', 'conda uses that name'],
  ['root', 'conda uses that name'],
  ['a/b', 'it has a slash in it'],
  ['../x', 'it has a slash in it'],
  ['-rf', 'it begins with a dash'],
  ['.hidden', 'it begins with a dot'],
  ['..', 'it begins with a dot'],
  ['a\nb', 'it has a control character in it'],
  ['a\u009bb', 'it has a control character in it'],
  ['a:b', 'it has ":" in it'],
  ['a b', 'it has " " in it'],
  ['$(id)', 'it has "$" in it'],
  ["a'b", 'it has "\'" in it'],
  ['a\u202eb', 'it has "\u202e" in it'],
  ['+x', 'it begins with neither'],
])('%j cannot, because %s', (name, why) => {
  expect(() => checkName(name, '/root')).toThrow(expect.objectContaining({ code: 'name-invalid' }));
  expect(() => checkName(name, '/root')).toThrow(why);
});

test('a prefix that is too long for conda is refused with its length', () => {
  expect(() => checkName('sci', `/${'p'.repeat(200)}`)).toThrow('is 205 bytes long, more than 200');
});
