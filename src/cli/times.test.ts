import { expect, test } from 'vitest';
import { clock, duration } from './times.ts';

test.each([
  [45_900, '45 s'],
  [12 * 60_000 + 59_000, '12 min'],
  [3 * 3_600_000 + 5 * 60_000, '3 h 05'],
  [36 * 3_600_000, '1 d 12 h'],
])('%i ms is %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test('a time of today is a time of day, another one has its day', () => {
  const now = new Date(2026, 10, 23, 12, 0).getTime();
  expect(clock(new Date(2026, 10, 23, 14, 5).toISOString(), now)).toBe('14:05');
  expect(clock(new Date(2026, 10, 24, 2, 5).toISOString(), now)).toBe('2026-11-24 02:05');
});
