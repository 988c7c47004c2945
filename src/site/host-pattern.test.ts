import { expect, test } from 'vitest';
import { hostPatternProblem, matchesHost } from './host-pattern.ts';

test('a pattern matches the host names it describes', () => {
  const pattern = '^midway3-login[1-6](\\.rcc\\.(local|uchicago\\.edu))?$|^midway3-\\d{4}';
  expect(matchesHost(pattern, 'midway3-login1')).toBe(true);
  expect(matchesHost(pattern, 'midway3-login5.rcc.local')).toBe(true);
  expect(matchesHost(pattern, 'midway3-0277')).toBe(true);
  expect(matchesHost(pattern, 'midway3-login7')).toBe(false);
  expect(matchesHost(pattern, 'my-midway3-login1')).toBe(false);
});

test('a pattern that could take hours is refused, and never run', () => {
  for (const pattern of [
    '(a+)+$',
    '(a|a)*b',
    '(.*){9}',
    '.*.*.*.*.*.*x',
    '(?=a)a',
    '(a)\\1',
    'a'.repeat(201),
    '[',
    '(',
  ]) {
    expect(hostPatternProblem(pattern)).toMatch(/^a regular expression/);
    expect(matchesHost(pattern, 'a'.repeat(60))).toBe(false);
  }
});

test('the slowest pattern there can be is fast on the longest name', () => {
  const from = process.cpuUsage();
  expect(matchesHost('a*a*a*b', 'a'.repeat(100_000))).toBe(false);
  // Of processor time, which other programs take nothing from.
  expect(process.cpuUsage(from).user / 1000).toBeLessThan(1000);
});
