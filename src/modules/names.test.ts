import { expect, test } from 'vitest';
import { checkModuleNames, fullName, isModuleName } from './names.ts';

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

test.each([
  ['gcc/12.2.0', [], ['gcc/12.2.0'], 'gcc/12.2.0'],
  ['gcc', [], ['gcc/12.2.0'], 'gcc/12.2.0'],
  ['cuda/12', [], ['cuda/12.2'], 'cuda/12.2'],
  // A second version beside the first, where the site lets both be.
  ['python', ['python/3.9'], ['python/3.9', 'python/3.12'], 'python/3.12'],
  ['gcc/latest', ['gcc/12.2.0'], ['gcc/12.2.0'], 'gcc/12.2.0'],
  ['mpi', [], ['hwloc/2', 'openmpi/4'], 'openmpi/4'],
  ['mute', ['gcc/12.2.0'], ['gcc/12.2.0'], undefined],
])('%s, with %j before and %j after, is %s', (name, was, now, full) => {
  expect(fullName(name, was, now)).toBe(full);
});
