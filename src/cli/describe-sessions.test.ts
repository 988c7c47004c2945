import { expect, test } from 'vitest';
import { noResources } from '../jobs/index.ts';
import type { Session } from '../sessions/index.ts';
import { describeSessions, describeWaiting } from './describe-sessions.ts';

const now = new Date(2026, 10, 23, 12, 0).getTime();
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

const here: Session = {
  id: 'abcdefgh',
  app: 'lab',
  state: 'ready',
  reason: 'Jupyter answers.',
  trouble: null,
  environment: { name: 'sci', prefix: '/envs/sci' },
  on: 'here',
  directory: '/work',
  host: 'laptop',
  created: at(-30),
  ready: at(-29),
  ended: null,
  ends: null,
  attempt: 1,
  job: null,
  next: null,
  baseUrl: '/s/abcdefgh/',
  endpoint: null,
  log: '',
};
const job = { number: '77', name: 'pier-lab-bbbbbbbb-1', resources: noResources, estimatedStart: null, asOf: at(0) };
const there: Session = { ...here, id: 'bbbbbbbb', on: 'compute', host: 'c1', ends: at(95), job };
const waits: Session = {
  ...there,
  id: 'cccccccc',
  state: 'queued',
  reason: 'It waits for free nodes.',
  host: null,
  ready: null,
  ends: null,
  job: { ...job, estimatedStart: at(5) },
};

test('without a scheduler there is no column for nodes and time left', () => {
  expect(describeSessions([here], 0, now)).not.toMatch(/NODE|LEFT/);
});

test('a session on a node has the node and its time left; one that waits says why and about until when', () => {
  const lines = describeSessions([there, waits], 0, now).split('\n');
  expect(lines[1]).toMatch(/^bbbbbbbb +lab +ready +sci +c1 +1 h 35 +11:31/);
  expect(lines[2]).toMatch(/^cccccccc +lab +queued +sci +- +- +11:30/);
  expect(lines[3]).toBe('cccccccc: It waits for free nodes. Slurm means to start it about 12:05.');
});

test('a follow-on job is told beside its session', () => {
  const next = {
    job: '78',
    attempt: 2,
    state: 'queued',
    reason: 'A follow-on job waits for the end of this one.',
  } as const;
  expect(describeSessions([{ ...there, next }], 0, now)).toContain(
    'bbbbbbbb: A follow-on job waits for the end of this',
  );
  expect(describeSessions([{ ...there, next }], 0, now)).toContain('job 78');
  const over = { ...next, state: 'failed', reason: "Its follow-on job is over: (Slurm's job 78.)" } as const;
  expect(describeSessions([{ ...there, next: over }], 0, now).match(/job 78/g)).toHaveLength(1);
});

test('a ready session with a full disk says so, in lines that fit', () => {
  const trouble = `Cannot write ${'beat '.repeat(20)}: the disk is full.`;
  const text = describeSessions([{ ...there, trouble }], 0, now);
  expect(text.replace(/\s+/g, ' ')).toContain(`bbbbbbbb: ${trouble}`);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('who does not wait is told the ways back', () => {
  const text = describeWaiting(waits, now);
  expect(text).toContain('JupyterLab in sci is queued (session cccccccc, Slurm’s job 77).');
  expect(text).toContain('pier session open cccccccc');
  expect(text).toContain('pier session stop cccccccc');
});
