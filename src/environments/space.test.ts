import { expect, test } from 'vitest';
import type { Forecast } from './environment.ts';
import { checkSpace, spaceAt } from './space.ts';

const forecast: Forecast = {
  packages: 3,
  files: 1000,
  bytes: 100e6,
  download: 0,
  guessed: [],
  root: '/envs',
  filesLeft: 5000,
  bytesLeft: 1e9,
};

test('what fits is not refused, nor what nobody can tell', () => {
  expect(() => checkSpace('sci', forecast)).not.toThrow();
  expect(() => checkSpace('sci', { ...forecast, filesLeft: null, bytesLeft: null })).not.toThrow();
});

test('too few bytes or files are refused with both numbers', () => {
  expect(() => checkSpace('sci', { ...forecast, bytesLeft: 80e6 })).toThrow(
    'sci needs about 102 MB of disk, and 80 MB are left in /envs.',
  );
  expect(() => checkSpace('sci', { ...forecast, filesLeft: 12 })).toThrow(
    expect.objectContaining({ code: 'no-space' }),
  );
  expect(() => checkSpace('sci', { ...forecast, filesLeft: 12 })).toThrow('1000 files, and 12 are left');
});

test('a guess alone refuses nothing', () => {
  expect(() => checkSpace('sci', { ...forecast, guessed: ['a', 'b', 'c'], bytesLeft: 1e6 })).not.toThrow();
});

test('a directory that is not there yet is asked about where it will be', async () => {
  const there = await spaceAt('/tmp');
  const { bytes } = await spaceAt('/tmp/not/there/yet');
  expect(Math.abs((bytes ?? 0) - (there.bytes ?? 0))).toBeLessThan(1e9);
});
