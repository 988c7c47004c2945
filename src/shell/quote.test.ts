import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine } from './quote.ts';

const words = [
  'plain',
  '',
  'two words',
  "it's",
  '$(touch pwn)',
  '`id`',
  'a\nb',
  '"',
  '\\',
  '*',
  '~',
  '-n',
  '!x',
  '#c',
  'ü',
];

test.each(['sh', 'bash', 'dash'])('%s reads every quoted word back as it was', (shell) => {
  const printed = execFileSync(shell, ['-c', commandLine(['printf', '%s\\0', ...words])], { encoding: 'utf8' });
  expect(printed.split('\0').slice(0, -1)).toEqual(words);
});
