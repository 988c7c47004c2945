import { expect, test } from 'vitest';
import { noResources } from '../jobs/index.ts';
import type { Session } from './session.ts';
import { waitingEvent } from './waiting.ts';

const now = new Date(2026, 10, 23, 12, 0).getTime();
const job = { number: '7', name: 'x', resources: noResources, estimatedStart: null, asOf: null };
const session = (changes: Partial<Session>) =>
  ({ id: 'abcdefgh', state: 'queued', reason: 'It waits for free nodes.', job, ...changes }) as Session;
const created = new Date(now - 150_000).toISOString();

test('who waits in the queue is told for how long, until about when, and why', () => {
  const estimatedStart = new Date(2026, 10, 23, 12, 30).toISOString();
  const event = waitingEvent(session({ created, job: { ...job, estimatedStart } }), now);
  expect(event.message).toBe('Queued 2 min, may start about 12:30: It waits for free nodes');
});

test('a line for each step is written when the reason changes, and not for every minute', () => {
  const step = (reason: string, at: number) => waitingEvent(session({ created, reason }), at).step;
  expect(step('It waits.', now)).toBe(step('It waits.', now + 600_000));
  expect(step('It waits.', now)).not.toBe(step('Its account is used up.', now));
});

test('what is starting says so with the first line of its reason', () => {
  expect(waitingEvent(session({ created, state: 'starting', reason: 'Jupyter is starting.\nmore' }), now)).toEqual({
    step: 'starting Jupyter is starting.',
    message: 'Jupyter is starting.',
  });
});
