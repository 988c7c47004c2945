import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SlurmStandIns, slurmStandIns } from '../../test/slurm-stand-ins.ts';
import { identityOf } from '../files/index.ts';
import { type JobStatus, type KnownStatus, noResources } from '../jobs/index.ts';
import type { SessionRecords } from './records.ts';
import { judge } from './state.ts';
import { jobOf, judgeFrom } from './state-slurm.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();
const far = { ...identityOf(process.pid), host: 'c1' };
const job = { engine: 'slurm' as const, job: '77', name: 'pier-lab-abcdefgh-1', cluster: null, submitted: at(300) };

function records(known: Partial<SessionRecords> = {}): SessionRecords {
  return {
    id: 'abcdefgh',
    attempt: 1,
    request: {
      version: 1,
      id: 'abcdefgh',
      app: 'lab',
      environment: { name: 'sci', prefix: '/envs/sci' },
      on: 'compute',
      directory: '/home/ada',
      direct: false,
      site: 'midway3',
      created: at(310),
    },
    asked: { name: job.name, resources: noResources, after: null, by: { ...far, host: 'login9' }, at: at(305) },
    submitted: job,
    stop: undefined,
    started: undefined,
    endpoint: undefined,
    beat: undefined,
    end: undefined,
    verdict: undefined,
    next: undefined,
    ...known,
  };
}

const started = (secondsAgo: number, restart?: number) => ({
  agent: far,
  runtimeDirectory: '/tmp/pier-abcdefgh-x',
  started: at(secondsAgo),
  ...(restart === undefined ? {} : { restart }),
});
const endpoint = { endpoint: { kind: 'socket' as const, path: '/s' }, note: null, jupyter: far, ready: at(200) };
const beat = (secondsAgo: number) => ({ at: at(secondsAgo), kernels: 1, connections: 1, lastActivity: null });
const stop = { by: 'pier session stop', at: at(3) };
const serving = { started: started(250), endpoint, beat: beat(5) };
const signalled = { state: 'ended' as const, reason: 'Told to end.', ended: at(20), cause: 'signal' as const };

const waits = (more: Partial<KnownStatus & { state: 'queued' }> = {}): KnownStatus => ({
  state: 'queued',
  reason: 'It waits for free nodes.',
  change: null,
  estimatedStart: at(-600),
  requeued: false,
  asOf: at(2),
  ...more,
});
const runs: KnownStatus = { state: 'running', host: 'c1', limit: at(-3600), asOf: at(2) };
const mute = (asOf: string | null, last: KnownStatus | null = null): JobStatus => ({
  state: 'unknown',
  reason: 'it timed out.',
  asOf,
  last,
});

test.each<[string, Partial<SessionRecords>, JobStatus, string, RegExp]>([
  ['its job waits', {}, waits(), 'queued', /^It waits for free nodes\.$/],
  ['its job waits for what never comes', {}, waits({ change: 'Ask for less.' }), 'queued', /free nodes\. Ask for less/],
  ['its job waits, as was known three minutes ago', {}, waits({ asOf: at(180) }), 'queued', /3 min ago; Slurm has not/],
  ['it waits and is stopped', { stop }, waits(), 'ending', /stopped by pier session stop/],
  ['it began since Slurm was asked', { started: started(1) }, waits(), 'starting', /Jupyter is starting on c1/],
  ['it answers since Slurm was asked', serving, waits({ asOf: at(260) }), 'ready', /answers on c1/],
  ['it ran before Slurm was asked, and waits', serving, waits(), 'queued', /back into the queue.*It waits for free/],
  [
    'preempted: its agent is gone, its job waits again',
    { ...serving, end: signalled },
    waits({ requeued: true }),
    'queued',
    /back into the queue: kernels start anew/,
  ],
  [
    'preempted without a word, and not begun again',
    serving,
    waits({ requeued: true, asOf: at(1) }),
    'queued',
    /back into the queue/,
  ],
  [
    'preempted, and begun again since Slurm was asked',
    { started: started(1, 1) },
    waits({ requeued: true, asOf: at(12) }),
    'starting',
    /Jupyter is starting/,
  ],
  ['Slurm says it runs and no script has begun', {}, runs, 'starting', /given it c1; its job 77 has not said a word/],
  ['its agent runs', { started: started(9) }, runs, 'starting', /Jupyter is starting on c1/],
  ['Jupyter answers', serving, runs, 'ready', /answers on c1/],
  ['Jupyter answers, and is stopped', { ...serving, stop }, runs, 'ending', /stopped by/],
  ['its agent was told to end by a signal', { ...serving, end: signalled }, runs, 'ending', /agent is done/],
  [
    'it began and was ended since Slurm was asked',
    { started: started(6), end: { ...signalled, ended: at(1) } },
    waits({ asOf: at(8) }),
    'ending',
    /^Its agent is done/,
  ],
  ['silent, while Slurm says it runs', { ...serving, beat: beat(90) }, runs, 'lost', /90 s.*still runs, on c1/],
  ['Slurm is mute, the agent beats', serving, mute(null), 'ready', /answers on c1/],
  ['Slurm is mute, so is the agent', { ...serving, beat: beat(90) }, mute(null), 'lost', /cannot be asked: it timed/],
  ['Slurm is mute from the beginning', {}, mute(null), 'queued', /has its job 77\. Slurm cannot be asked/],
  ['Slurm is mute, and it is stopped', { stop }, mute(null), 'ending', /cannot be asked/],
  ['Slurm is mute, and it waited before', {}, mute(at(90), waits({ asOf: at(90) })), 'queued', /free nodes.*cannot be/],
  ['Slurm is mute, and it ran before', { started: started(9) }, mute(at(90), runs), 'starting', /cannot be asked/],
  ['its script is over', { ...serving }, { state: 'ending', reason: 'It ends.', asOf: at(1) }, 'ending', /It ends/],
])('a session on Slurm: %s', async (_what, known, status, state, reason) => {
  const verdict = await judgeFrom(records(known), job, status, now);
  expect(verdict.state).toBe(state);
  expect(verdict.reason).toMatch(reason);
});

test('time left comes from Slurm, and from the agent where Slurm is mute; a waiting job has an estimated start', async () => {
  expect(await judgeFrom(records(serving), job, runs, now)).toMatchObject({ job: { limit: at(-3600), asOf: at(2) } });
  const beats = { ...serving, beat: { ...beat(5), ends: at(-99) } };
  expect(await judgeFrom(records(beats), job, mute(at(70)), now)).toMatchObject({ job: { limit: at(-99) } });
  expect(await judgeFrom(records(), job, waits(), now)).toMatchObject({ job: { estimatedStart: at(-600) } });
});

test('what is on record as its end is final, but for a signal that Slurm has to explain', async () => {
  const end = { ...signalled, cause: 'exit' as const };
  expect(await judge(records({ ...serving, end }), now)).toEqual({ state: 'ended', reason: 'Told to end.' });
  const verdict = { state: 'failed' as const, reason: 'Its node failed.', ended: at(9) };
  expect(await judge(records({ ...serving, end: signalled, verdict }), now)).toMatchObject({ state: 'failed' });
});

test('a script that a person submitted again is known by its new number', () => {
  expect(jobOf(records({ started: { ...started(5), job: '91' } }))).toMatchObject({ job: '91', name: job.name });
  expect(jobOf(records({ submitted: undefined }))).toBeUndefined();
});

test('a submission that its command is still about is no failure, however long it takes', async () => {
  const by = identityOf(process.pid);
  const asked = { name: job.name, resources: noResources, after: null, by, at: at(9000) };
  const verdict = await judge(records({ submitted: undefined, asked }), now);
  expect(verdict).toMatchObject({ state: 'created', reason: 'It is being handed to Slurm.' });
});

describe('a submission whose answer nobody wrote down', () => {
  let slurm: SlurmStandIns;
  beforeAll(async () => {
    slurm = await slurmStandIns('found');
    await slurm.waiting({ id: '77', name: job.name });
  });
  afterAll(() => slurm[Symbol.asyncDispose]());

  // There is no directory for its records, as there is no room on a full disk.
  const unrecorded = (more: Partial<SessionRecords> = {}) => records({ submitted: undefined, ...more });

  test('has its job found by its name, and told by its number although that cannot be written down', async () => {
    expect(await judge(unrecorded())).toMatchObject({ state: 'queued', job: { number: '77' } });
  });

  test('and was stopped meanwhile has its job cancelled by who finds it', async () => {
    const reason = expect.stringContaining('stopped by pier session stop');
    expect(await judge(unrecorded({ stop }))).toMatchObject({ state: 'ending', reason });
    expect(await readFile(`${slurm.directory}/cancelled`, 'utf8')).toContain(`--name=${job.name} 77`);
  });
});
