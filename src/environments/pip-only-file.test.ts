import { expect, test } from 'vitest';
import { pipOnly } from './pip-only-file.ts';
import { emptyFile } from './request-file.ts';

const plain = {
  ...emptyFile('environment', '/a/environment.yml', ''),
  specs: ['python=3.12', 'pip'],
  pip: ['six>=1.16'],
};

test('a file with Python and pip’s part alone needs no conda', () => {
  expect(pipOnly(plain, { name: 'a' })).toEqual({ specs: ['six>=1.16'], python: '3.12' });
  expect(pipOnly({ ...plain, specs: ['python', 'pip'] }, { name: 'a' })).toEqual({
    specs: ['six>=1.16'],
    python: null,
  });
});

test.each([
  ['a package of conda’s', { ...plain, specs: ['python=3.12', 'gdal'] }, {}],
  ['a channel', { ...plain, channels: ['conda-forge'] }, {}],
  ['a range of Pythons', { ...plain, specs: ['python>=3.12,<3.13'] }, {}],
  ['nothing for pip', { ...plain, pip: [] }, {}],
  ['a line for pip itself', { ...plain, pip: ['-r more.txt'] }, {}],
  ['variables', { ...plain, variables: { A: '1' } }, {}],
  ['a person who wants conda', plain, { backEnd: 'conda' as const }],
  ['a channel on the command line', plain, { channels: ['conda-forge'] }],
  ['another kind of file', { ...plain, kind: 'explicit' as const }, {}],
])('%s does', (_what, file, request) => {
  expect(pipOnly(file, { name: 'a', ...request })).toBeUndefined();
});
