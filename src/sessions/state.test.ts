import { expect, test } from 'vitest';
import { identityOf } from '../files/index.ts';
import type { SessionRecords } from './records.ts';
import { judge } from './state.ts';

const alive = identityOf(process.pid);
const dead = { ...alive, start: 1 };
const far = { ...alive, host: 'elsewhere' };
const now = Date.parse('2026-11-23T12:00:00Z');
const justNow = '2026-11-23T11:59:55Z';
const longAgo = '2026-11-23T09:00:00Z';

function records(known: Partial<SessionRecords>): SessionRecords {
  const request = {
    version: 1 as const,
    id: 'abcdefgh',
    app: 'lab' as const,
    environment: { name: 'sci', prefix: '/envs/sci' },
    on: 'here' as const,
    directory: '/home/ada',
    direct: false,
    site: 'local',
    created: justNow,
  };
  const none = { stop: undefined, submitted: undefined, started: undefined, endpoint: undefined, beat: undefined };
  const more = { asked: undefined, verdict: undefined, next: undefined };
  return { id: 'abcdefgh', attempt: 1, request, end: undefined, ...none, ...more, ...known };
}

const submitted = (identity: typeof alive) => ({ engine: 'local' as const, identity, submitted: justNow });
const started = (agent: typeof alive) => ({ agent, runtimeDirectory: '/tmp/pier-abcdefgh-x', started: justNow });
const endpoint = { endpoint: { kind: 'socket' as const, path: '/s' }, note: null, jupyter: alive, ready: justNow };
const beat = (at: string) => ({ at, kernels: 1, connections: 1, lastActivity: null });
const stop = { by: 'pier session stop', at: justNow };

test.each<[string, Partial<SessionRecords>, string, RegExp]>([
  ['asked for a moment ago', {}, 'created', /about to be started/],
  ['submitted', { submitted: submitted(alive) }, 'starting', /It is starting/],
  ['its agent runs', { submitted: submitted(alive), started: started(alive) }, 'starting', /Jupyter is starting/],
  ['Jupyter answers', { submitted: submitted(alive), started: started(alive), endpoint }, 'ready', /answers/],
  [
    'asked to stop',
    { submitted: submitted(alive), started: started(alive), endpoint, stop },
    'ending',
    /by pier session/,
  ],
  [
    'its job is gone but the agent lives',
    { submitted: submitted(dead), started: started(alive), endpoint },
    'ready',
    /./,
  ],
  ['both are gone', { submitted: submitted(dead), started: started(dead), endpoint }, 'failed', /killed/],
  ['both are gone after a stop', { submitted: submitted(dead), started: started(dead), stop }, 'ended', /stopped by/],
  ['the job is gone before the agent began', { submitted: submitted(dead) }, 'failed', /before it began/],
  [
    'elsewhere, and beating',
    { submitted: submitted(far), started: started(far), endpoint, beat: beat(justNow) },
    'ready',
    /elsewhere/,
  ],
  [
    'elsewhere, and silent',
    { submitted: submitted(far), started: started(far), endpoint, beat: beat(longAgo) },
    'lost',
    /elsewhere/,
  ],
  ['said how it ended', { end: { state: 'failed', reason: 'It burnt.', ended: justNow } }, 'failed', /burnt/],
])('a session: %s', async (_what, known, state, reason) => {
  const verdict = await judge(records(known), now);
  expect(verdict.state).toBe(state);
  expect(verdict.reason).toMatch(reason);
});

test('a session whose command was killed before it submitted anything is told as failed after a minute', async () => {
  const { request } = records({});
  const verdict = await judge({ ...records({}), request: { ...request, created: longAgo } }, now);
  expect(verdict.state).toBe('failed');
});
