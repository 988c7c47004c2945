import { expect, test } from 'vitest';
import { isDue, type Need, recently } from './budget.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();

test.each<[readonly number[], Need, boolean]>([
  [[], 'soon', true],
  [[], 'no', false],
  [[15], 'soon', false],
  [[17], 'soon', true],
  [[3], 'now', true],
  [[1], 'now', false],
  [[20, 3], 'now', false],
  [[29, 16], 'soon', false],
  [[33, 17], 'soon', true],
  [[-5], 'now', false],
  [[-3600], 'soon', true],
])('asked %j seconds ago, and wanted %s: %s', (times, need, due) => {
  expect(isDue(times.map(ago), need, now)).toBe(due);
});

test('whoever asks whenever it is due asks at most four times in any minute', () => {
  for (const need of ['now', 'soon'] as const) {
    let asked: string[] = [];
    const all: number[] = [];
    for (let time = now; time < now + 600_000; time += 100) {
      if (!isDue(asked, need, time)) continue;
      all.push(time);
      asked = [...recently(asked, time), new Date(time).toISOString()];
    }
    const most = Math.max(...all.map((from) => all.filter((time) => time >= from && time < from + 60_000).length));
    expect(most).toBe(4);
    expect(Math.max(...all.slice(1).map((time, index) => time - (all[index] as number)))).toBeLessThanOrEqual(31_000);
  }
});
