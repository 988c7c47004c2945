import { expect, test } from 'vitest';
import { checkModuleNames, isModuleName } from './names.ts';

test.each(['gcc', 'cuda/12.2', 'python/3.11.9-shared', 'libstdc++/6', 'a_b/c/1'])('%s is a name', (name) => {
  expect(isModuleName(name)).toBe(true);
});

test.each([
  '',
  '/tmp/evil',
  './evil',
  'gcc/../../evil',
  '-f',
  '--help',
  'a b',
  'a;b',
  '$(id)',
  'a\nb',
  'x'.repeat(201),
])('%j is none: a path, an option, code, or too long', (name) => {
  expect(isModuleName(name)).toBe(false);
  expect(() => checkModuleNames(['gcc', name])).toThrow(expect.objectContaining({ code: 'module-name-invalid' }));
});
