import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { JobStatus, SlurmJob } from '../../src/jobs/index.ts';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import {
  type Becomes,
  becoming,
  type Jobs,
  jobsIn,
  noStandIns,
  standIn,
  type Task,
  type Where,
} from './slurm-world.ts';

let bed: Testbed;
let jobs: Jobs;
let becomes: Becomes;
/** One that runs all through the tests of a scheduler that is out of reach. */
let steady: SlurmJob;
beforeAll(async () => {
  bed = await testbed();
  jobs = await jobsIn(bed);
  becomes = becoming(jobs);
  steady = await submit({ script: 'sleep 1200', resources: { seconds: 3600, memory: 50 } });
});
afterAll(() => bed[Symbol.asyncDispose]());

/** No test waits for what another one asked. */
const forget = () => bed.must('login1', ['rm', '-rf', '.local/state/pier/slurm'], { user: 'alice' });
beforeEach(forget);

let count = 0;
const token = () => `pier-fault${process.pid}-${++count}`;
const make = (...words: string[]) => fault(bed.directory, words);
const answers = () => until(async () => (await bed.on('login1', ['squeue', '-h'])).exitCode === 0, 90_000);

const resources = { seconds: 600, memory: 50 };

async function submit(task: Task = {}, where: Where = {}): Promise<SlurmJob> {
  const { value, error } = await jobs('submit', { name: token(), script: 'sleep 300', resources, ...task }, where);
  expect(error).toBeUndefined();
  return value as SlurmJob;
}

async function query(job: SlurmJob, where: Where = {}, task: Task = {}): Promise<JobStatus> {
  return (await jobs('query', { jobs: [job], ...task }, where)).value?.[0] as JobStatus;
}

/** Numbers of the jobs of a name, those that are over too. */
async function numbersOf(name: string): Promise<string[]> {
  const out = await bed.must('login2', ['squeue', '-h', '-a', '-t', 'all', '-n', name, '-o', '%A']);
  return out.split('\n').filter((line) => line !== '');
}

const scancel = () => bed.must('ctl', ['sh', '-c', 'squeue -h -o %A | xargs -r scancel']);

test('a frozen controller changes nothing: what was known stays known, with its age', async () => {
  const job = steady;
  const known = await becomes(job, 'running');
  await make('freeze', 'slurmctld');
  try {
    const status = await until(async () => {
      const seen = await query(job);
      return seen.state === 'unknown' && seen;
    }, 90_000);
    expect(status.reason).toContain('does not answer');
    expect(status.last).toMatchObject({ state: 'running', host: known.host });
    expect(Date.parse(status.asOf ?? '')).toBeGreaterThanOrEqual(Date.parse(known.asOf));
    expect((await jobs('cancel', { job })).value).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('does not answer'),
    });
  } finally {
    await make('thaw', 'slurmctld');
  }
  expect((await becomes(job, 'running')).host).toBe(known.host);
});

test('without munge on one login node nothing is lost there, and the other one goes on', async () => {
  const job = steady;
  await becomes(job, 'running');
  await make('kill', 'munged@login1');
  try {
    const status = await until(async () => {
      const seen = await query(job);
      return seen.state === 'unknown' && seen;
    }, 120_000);
    expect(status.last).toMatchObject({ state: 'running' });
    expect((await becomes(job, 'running', { host: 'login2' })).state).toBe('running');
  } finally {
    await make('start', 'munged@login1');
  }
  await becomes(job, 'running');
}, 600_000);

test('a login node that is cut off for a while says so, and tells the truth when it is back', async () => {
  const job = await submit({ script: 'sleep 20; exit 5' });
  await becomes(job, 'running');
  await make('cut', 'login1');
  try {
    const status = await until(async () => {
      const seen = await query(job);
      return seen.state === 'unknown' && seen;
    }, 120_000);
    expect(status.last).toMatchObject({ state: 'running' });
  } finally {
    await make('mend', 'login1');
  }
  expect((await becomes(job, 'gone')).end).toMatchObject({ kind: 'failed', exitCode: 5 });
});

test('a host without Slurm says so, knows what others found out, and takes nobody’s turn', async () => {
  const without = { variables: { PATH: '/nowhere' } };
  expect(await query(steady, without)).toMatchObject({
    state: 'unknown',
    reason: expect.stringContaining('no Slurm on login1'),
  });
  await becomes(steady, 'running');
  expect(await query(steady, without)).toMatchObject({ state: 'running' });
  const { error } = await jobs('submit', { name: token(), script: 'true' }, without);
  expect(error).toMatchObject({ code: 'scheduler-missing' });
});

test('frozen at submit and thawed, the controller has exactly one job in the end', async () => {
  for (const _round of [1, 2]) {
    const name = token();
    const script = `echo ran >>/home/alice/jobs/${name}.ran; sleep 300`;
    await make('freeze', 'slurmctld');
    const submitted = jobs('submit', { name, script, resources });
    // sbatch has given up; pier looks whether the job was taken nevertheless.
    await until(async () => (await bed.on('login1', ['pgrep', '-u', 'alice', '-x', 'squeue'])).exitCode === 0, 90_000);
    await make('thaw', 'slurmctld');
    const { value, error, stderr } = await submitted;
    expect(error).toBeUndefined();
    expect(stderr).toContain('Slurm’s controller (slurmctld) does not answer; looking whether it took the job');
    expect(await numbersOf(name)).toEqual([value?.job]);
    await becomes(value as SlurmJob, 'running');
    await until(async () => (await bed.on('c1', ['cat', `/home/alice/jobs/${name}.ran`])).stdout === 'ran\n');
    expect((await jobs('cancel', { job: value as SlurmJob })).value).toEqual({ accepted: true });
  }
});

test('while nobody answers, a submission is given up as uncertain, and its job is found by its name later', async () => {
  const name = token();
  await make('freeze', 'slurmctld');
  const { error } = await jobs('submit', { name, script: 'sleep 300', resources, options: { patienceMs: 1000 } });
  expect(error).toMatchObject({ code: 'job-uncertain', message: expect.stringContaining('It is not known whether') });
  await make('thaw', 'slurmctld');
  await answers();
  const numbers = await numbersOf(name);
  const found = await until(async () => {
    const { value } = await jobs('find', { name });
    return value?.found !== 'unknown' && value;
  }, 60_000);
  expect(found).toMatchObject(
    numbers.length > 0 ? { found: 'job', job: { job: numbers[0], name } } : { found: 'absent' },
  );
  await scancel();
});

test('killed and started again, the controller’s lost jobs are told, and a number it gives again is another job', async () => {
  const names = Array.from({ length: 12 }, token);
  const half = names.slice(0, 6);
  const first = (await jobs('submitMany', { names: half, script: 'sleep 300', resources })).value ?? [];
  await make('kill', 'slurmctld');
  await make('start', 'slurmctld');
  await answers();
  const second = (await jobs('submitMany', { names: names.slice(6), script: 'sleep 300', resources })).value ?? [];
  const all = [...first, ...second];
  expect(all.map(({ name }) => name)).toEqual(names);
  const there = new Map<string, string>();
  for (const line of (await bed.must('login1', ['squeue', '-h', '-o', '%A %j'])).trim().split('\n')) {
    const [id = '', name = ''] = line.split(' ');
    expect(there.has(name)).toBe(false);
    there.set(name, id);
  }
  const isThere = (job: SlurmJob) => there.get(job.name) === job.job;
  const kept = (await jobs('query', { jobs: all.filter(isThere) })).value ?? [];
  for (const { state } of kept) expect(state).toMatch(/queued|running/);
  const lost = all.filter((job) => !isThere(job));
  const told = await Promise.all(lost.map((job) => becomes(job, 'gone')));
  for (const status of told) {
    expect(status).toMatchObject({ end: null, settled: true, reason: expect.stringContaining('lost') });
  }
  // Whatever was lost this time: a job of the same number and another name is not ours.
  const last = second.at(-1) as SlurmJob;
  const other = { ...last, name: 'pier-another-one' };
  expect(await becomes(other, 'gone')).toMatchObject({ end: null });
  expect((await query(last)).state).toMatch(/queued|running/);
  await scancel();
}, 600_000);

test('a number that was given again is another job, also where nobody has asked in between', async () => {
  const state = (words: string) => bed.must('ctl', ['sh', '-c', `cd /var/spool && ${words}`]);
  await state('rm -rf kept && cp -a slurmctld kept');
  const lost = await submit();
  await becomes(lost, 'running');
  await make('kill', 'slurmctld');
  await state('find slurmctld -mindepth 1 -delete && cp -a kept/. slurmctld');
  await make('start', 'slurmctld');
  await answers();
  const given: SlurmJob[] = [];
  while (given.at(-1)?.job !== lost.job && given.length < 5) given.push(await submit());
  const again = given.at(-1) as SlurmJob;
  expect(again.job).toBe(lost.job);
  expect(await becomes(lost, 'gone')).toMatchObject({ end: null });
  expect((await query(again)).state).toMatch(/queued|running/);
  await scancel();
}, 600_000);

test('hosts whose clocks differ by minutes tell no job as gone that waits', async () => {
  await scancel();
  for (const skew of [-120, -10, 10, 120]) {
    await forget();
    // Slurm is asked from the other login node, just before the job is submitted here.
    const askedThere = await submit({ script: 'sleep 5' }, { host: 'login2', variables: { JOBS_CLOCK: String(skew) } });
    await query(askedThere, { host: 'login2', variables: { JOBS_CLOCK: String(skew) } });
    const job = await submit({ script: 'sleep 300' });
    const told = await Promise.all([
      query(job),
      query(job, { host: 'login2', variables: { JOBS_CLOCK: String(skew) } }),
      query(job, {}, { options: { patienceMs: 500 } }),
    ]);
    for (const { state } of told) expect([skew, state]).toEqual([skew, expect.stringMatching(/^(queued|running)$/)]);
    await becomes(job, 'running');
  }
  await scancel();
}, 600_000);

test('without accounting jobs go on; how one ended is asked again when it is back', async () => {
  await make('kill', 'slurmdbd');
  const job = await submit({ script: 'exit 4' });
  try {
    const gone = await becomes(job, 'gone');
    expect(gone).toMatchObject({ settled: false, end: { kind: 'failed' } });
    const limits = (await jobs('limits')).value;
    expect(limits?.accounts).toEqual({ known: false, reason: 'Slurm’s accounting (slurmdbd) does not answer' });
    expect(limits?.partitions.known).toBe(true);
  } finally {
    await make('start', 'slurmdbd');
  }
  const settled = await until(async () => {
    const seen = await query(job);
    return seen.state === 'gone' && seen.settled && seen;
  }, 90_000);
  expect(settled.end).toMatchObject({ kind: 'failed', exitCode: 4 });
});

describe('a squeue that takes ten seconds', () => {
  let variables: Record<string, string>;
  beforeAll(async () => {
    variables = await standIn(bed, 'squeue', 'sleep 10');
  });
  afterAll(() => noStandIns(bed));

  test('is waited for, by one process for all; who waits no longer gets what was known', async () => {
    const job = await submit();
    const status = await query(job, { variables });
    expect(status).toMatchObject({ state: 'running' });
    const many = await Promise.all([1, 2, 3, 4].map((_) => query(job, { variables })));
    expect(many.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'running']);
    await forget();
    expect(await query(job, { variables }, { options: { patienceMs: 500 } })).toMatchObject({
      state: 'queued',
      reason: 'Slurm took it a moment ago.',
    });
    await scancel();
  });

  test('asked by a process that is killed meanwhile, is asked again by the next one', async () => {
    const job = await submit();
    const killed = jobs('query', { jobs: [job] }, { variables }).catch(() => 'killed');
    const asking = ['pgrep', '-u', 'alice', '-f', 'jobs-driver.mjs .*query'];
    const pid = await until(async () => {
      const squeue = await bed.on('login1', ['pgrep', '-u', 'alice', '-f', '/scratch/bin/squeue']);
      return squeue.exitCode === 0 && (await bed.on('login1', asking)).stdout.trim().split('\n').at(-1);
    }, 60_000);
    await bed.must('login1', ['kill', '-KILL', pid]);
    expect(await killed).toBe('killed');
    expect(await query(job, { variables })).toMatchObject({ state: 'running' });
    await scancel();
  });
});
