import { expect, test } from 'vitest';
import { gpusText, parseCpus, parseGpus, parseMemory, parseTime, slurmMemory, slurmTime } from './quantities.ts';

test.each([
  ['25h', 90_000, '1-01:00:00'],
  ['90m', 5400, '01:30:00'],
  ['1h30m', 5400, '01:30:00'],
  ['1d 12h', 129_600, '1-12:00:00'],
  ['90min', 5400, '01:30:00'],
  ['36:00:00', 129_600, '1-12:00:00'],
  ['1-12', 129_600, '1-12:00:00'],
  ['1-12:30', 131_400, '1-12:30:00'],
  ['2-00:00:00', 172_800, '2-00:00:00'],
  ['04:00:00', 14_400, '04:00:00'],
  ['45s', 45, '00:00:45'],
])('--time %s is %i seconds, %s to sbatch', (typed, seconds, text) => {
  expect(parseTime(typed)).toBe(seconds);
  expect(slurmTime(seconds)).toBe(text);
});

test.each([
  ['90', /minutes or hours/, /--time 90m or --time 90h/],
  ['4:00', /4 minutes and 00 seconds/, /--time 4:00:00, or --time 4m0s/],
  ['', /no time/, /4h/],
  ['tomorrow', /no time/, /4h/],
  ['0h', /needs some time/, /4h/],
  ['0', /needs some time/, /4h/],
  ['12:99:00', /no time/, /4h/],
  ['9999d', /more than a year/, /4h/],
  ['-1h', /no time/, /4h/],
  ['4h; rm', /no time/, /4h/],
])('--time %j is refused, and what to write instead is said', (typed, why, hint) => {
  expect(() => parseTime(typed)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringMatching(why), hint: expect.stringMatching(hint) }),
  );
});

test.each([
  ['8G', 8192, '8G'],
  ['8GB', 8192, '8G'],
  ['8 GiB', 8192, '8G'],
  ['1500M', 1500, '1500M'],
  ['1.5g', 1536, '1536M'],
  ['1T', 1_048_576, '1024G'],
  ['100K', 1, '1M'],
])('--mem %s is %i MiB, %s to sbatch', (typed, mib, text) => {
  expect(parseMemory(typed)).toBe(mib);
  expect(slurmMemory(mib)).toBe(text);
});

test.each([
  ['8', /needs a unit/, /--mem 8G or --mem 8M/],
  ['0G', /some memory/, /8G/],
  ['lots', /no size/, /8G/],
  ['8Q', /no size/, /8G/],
])('--mem %j is refused', (typed, why, hint) => {
  expect(() => parseMemory(typed)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(why), hint: expect.stringMatching(hint) }),
  );
});

test('--cpus and --gpus take whole numbers, --gpus a kind too', () => {
  expect(parseCpus('4')).toBe(4);
  for (const typed of ['0', '1.5', 'four', '-2']) expect(() => parseCpus(typed)).toThrow(/whole number/);
  expect(parseGpus('2')).toEqual({ count: 2, type: null });
  expect(parseGpus('a100')).toEqual({ count: 1, type: 'a100' });
  expect(parseGpus('a100:4')).toEqual({ count: 4, type: 'a100' });
  expect(gpusText(parseGpus('a100:4'))).toBe('a100:4');
  expect(gpusText(parseGpus('2'))).toBe('2');
  for (const typed of ['a100:0', 'gpu:a100:1', '$(id)', ''])
    expect(() => parseGpus(typed)).toThrow(/no number of GPUs/);
});
