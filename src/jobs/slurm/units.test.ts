import { expect, test } from 'vitest';
import { countOf, gpusOf, mebibytesOf, secondsOf, timeOf, tresOf } from './units.ts';

test.each([
  ['1-12:00:00', 129_600],
  ['36:00:00', 129_600],
  ['1-02:03:04', 93_784],
  ['2-0', 172_800],
  ['59:58', 3598],
  ['0:05', 5],
  ['90', 5400],
  ['UNLIMITED', null],
  ['NOT_SET', null],
  ['INVALID', null],
  ['N/A', null],
  ['', null],
])('the duration %s is %s seconds', (text, seconds) => expect(secondsOf(text)).toBe(seconds));

test.each([
  ['125G', 128_000],
  ['64000', 64_000],
  ['515317M', 515_317],
  ['1.5T', 1_572_864],
  ['UNLIMITED', null],
  ['', null],
])('the amount %s is %s MiB', (text, mebibytes) => expect(mebibytesOf(text)).toBe(mebibytes));

test('a time is local, and nothing else than a time is one', () => {
  expect(timeOf('2026-11-23T07:38:25')).toBe(new Date(2026, 10, 23, 7, 38, 25).toISOString());
  expect(['N/A', 'Unknown', 'NONE', '', '07:38'].map(timeOf)).toEqual([null, null, null, null, null]);
});

test('counts and lists of resources', () => {
  expect(['4', 'UNLIMITED', '', undefined].map(countOf)).toEqual([4, null, null, null]);
  const tres = tresOf('cpu=64,mem=515317M,billing=64,gres/gpu=4,gres/gpu:a100=4');
  expect([tres.get('cpu'), gpusOf(tres), gpusOf(tresOf('cpu=4'))]).toEqual(['64', 4, null]);
});
