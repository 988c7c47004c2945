import { expect, test } from 'vitest';
import { channelAddress, channelName, isDefaults } from './channels.ts';
import { matchSpec, pythonSpec, specName } from './specs.ts';

test.each([
  ['conda-forge::numpy>=2', 'numpy'],
  ['NumPy=1.26=py312_0', 'numpy'],
  ["numpy[version='>2']", 'numpy'],
  ['file:///a/b::six 1.16', 'six'],
])('%s is about %s', (spec, name) => {
  expect(specName(spec)).toBe(name);
});

test('requirements for an index become match specs, and match specs stay', () => {
  expect(matchSpec('dask[complete]>=2024.1')).toBe('dask>=2024.1');
  expect(matchSpec('numpy===2.0')).toBe('numpy==2.0');
  expect(matchSpec("numpy[version='>2']")).toBe("numpy[version='>2']");
  expect(matchSpec('conda-forge::numpy=2')).toBe('conda-forge::numpy=2');
});

test.each([
  'six @ https://example.org/six.whl',
  './thesis',
  'git+https://example.org/a',
  "numpy; sys_platform == 'linux'",
])('%s is nothing that conda can be asked for', (spec) => {
  expect(() => matchSpec(spec)).toThrow(expect.objectContaining({ code: 'spec-invalid' }));
});

test('a version is that version and its patches; what has an operator stays', () => {
  expect(pythonSpec('3.12')).toBe('python=3.12');
  expect(pythonSpec('>=3.10')).toBe('python>=3.10');
});

test('a channel has an address and a short name', () => {
  expect(channelAddress('conda-forge')).toBe('https://conda.anaconda.org/conda-forge');
  expect(channelAddress('/data/channel/')).toBe('file:///data/channel');
  expect(channelName('https://conda.anaconda.org/bioconda/')).toBe('bioconda');
});

test.each(['defaults', 'main', 'pkgs/main', 'https://repo.anaconda.com/pkgs/main', 'anaconda'])(
  '%s has Anaconda’s licence',
  (channel) => {
    expect(isDefaults(channel)).toBe(true);
  },
);

test('conda-forge and bioconda have not', () => {
  expect(['conda-forge', 'bioconda', 'https://conda.anaconda.org/conda-forge'].some(isDefaults)).toBe(false);
});
