import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobStatus, SlurmJob } from '../../src/jobs/index.ts';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { type Becomes, becoming, type Jobs, jobsIn, type Task, type Where } from './slurm-world.ts';

let bed: Testbed;
let jobs: Jobs;
let becomes: Becomes;
beforeAll(async () => {
  bed = await testbed();
  jobs = await jobsIn(bed);
  becomes = becoming(jobs);
});
afterAll(() => bed[Symbol.asyncDispose]());

let first: SlurmJob | undefined;
let count = 0;
const token = () => `pier-test${process.pid}-${++count}`;

async function submit(script: string, task: Task = {}, where: Where = {}): Promise<SlurmJob> {
  const { value, error } = await jobs('submit', { name: token(), script, ...task }, where);
  expect(error).toBeUndefined();
  return value as SlurmJob;
}

async function query(job: SlurmJob, where: Where = {}): Promise<JobStatus> {
  return (await jobs('query', { jobs: [job] }, where)).value?.[0] as JobStatus;
}

const explain = async (job: SlurmJob, task: Task = {}, where: Where = {}) =>
  (await jobs('explain', { job, ...task }, where)).value;

const minute = { seconds: 60, memory: 100 };

test.concurrent('a job is submitted as its own user, runs where Slurm says, and ends with its status', async () => {
  const job = await submit('hostname; sleep 1; exit 3', { resources: { ...minute, cpus: 2, account: 'pi-ada' } });
  expect(job).toMatchObject({ engine: 'slurm', cluster: 'pier' });
  first = job;
  const { end } = await becomes(job, 'gone');
  expect(end).toMatchObject({ kind: 'failed', exitCode: 3, signal: null, host: expect.stringMatching(/^c\d$/) });
  expect(await explain(job)).toMatchObject({ kind: 'failed', sentence: 'It ended with status 3.' });
  const asked = ['sacct', '-nPX', '-j', job.job, '-o', 'jobname,user,account,ncpus,reqmem,timelimit'];
  expect(await bed.must('login1', asked)).toBe(`${job.name}|alice|pi-ada|2|100M|00:01:00\n`);
});

test.concurrent('a running job tells its node and its limit, from another login node too', async () => {
  const job = await submit('sleep 100', { resources: { ...minute, seconds: 600, partition: 'bigmem' } });
  const status = await becomes(job, 'running', { host: 'login2' });
  expect(status.host).toBe('bm1');
  expect(Date.parse(status.limit ?? '') - Date.now()).toBeGreaterThan(9 * 60_000);
  expect((await jobs('cancel', { job }, { host: 'login2' })).value).toEqual({ accepted: true });
  expect((await becomes(job, 'gone')).end).toMatchObject({ kind: 'cancelled', by: 'alice' });
  expect(await explain(job)).toMatchObject({ sentence: 'You cancelled it (scancel).', advice: null });
});

test.concurrent('what a shell of the user’s sets changes neither what Slurm does nor how it is read, and does not reach the job', async () => {
  const variables = {
    SBATCH_ACCOUNT: 'nope',
    SBATCH_EXPORT: 'NONE',
    SBATCH_PARTITION: 'maint',
    SQUEUE_FORMAT: '%j',
    SQUEUE_STATES: 'SUSPENDED',
    SACCT_FORMAT: 'user',
    SLURM_TIME_FORMAT: 'relative',
    SLURM_JOB_ID: '1',
    SLURM_CLUSTERS: 'elsewhere',
    VIRTUAL_ENV: '/somewhere',
    MY_PASSWORD: 'secret',
  };
  const script =
    'env | grep -c -e SLURM_EXPORT_ENV -e VIRTUAL_ENV -e MY_PASSWORD -e SLURM_TIME_FORMAT; echo $HOME; type -t module';
  const job = await submit(script, { resources: minute }, { variables });
  expect((await becomes(job, 'gone', { variables })).end).toMatchObject({ kind: 'completed', exitCode: 0 });
  const log = await bed.must('login1', ['cat', `/home/alice/jobs/${job.name}.log`]);
  expect(log).toBe('0\n/home/alice\nfunction\n');
});

test.concurrent('a token by which Slurm is entered reaches no job, which gets all else as ever', async () => {
  // Debian's Slurm has no JSON Web Tokens; sbatch signs in by munge then.
  const variables = { SLURM_JWT: 'a-secret-token', SLURM_CONF: '/etc/slurm/slurm.conf', SLURM_CONF_SERVER: 'ctl:6817' };
  const script =
    "tr '\\0' '\\n' </proc/$$/environ | grep -v -e '^SLURM_JOB' -e '^SLURM_TASK' -e TMPDIR -e SPOOL | sort";
  const without = { SLURM_CONF: variables.SLURM_CONF, SLURM_CONF_SERVER: variables.SLURM_CONF_SERVER };
  const [plain, entered] = await Promise.all([
    submit(script, { resources: minute }, { variables: without }),
    submit(`sleep 3; ${script}`, { resources: minute }, { variables }),
  ]);
  const shown = await bed.must('ctl', ['scontrol', 'show', 'job', '--details', entered.job]);
  const stored = `cat /var/spool/slurmctld/hash.*/job.${entered.job}/environment`;
  expect(shown + (await bed.must('ctl', ['sh', '-c', stored]))).not.toContain('a-secret-token');
  expect((await becomes(entered, 'gone')).end).toMatchObject({ kind: 'completed' });
  await becomes(plain, 'gone');
  // Numbers and nodes differ, and OPEN_MODE, which sbatch sets in its own environment and forgets with it.
  const log = async ({ name }: SlurmJob) =>
    (await bed.must('login1', ['cat', `/home/alice/jobs/${name}.log`]))
      .split('\n')
      .filter((line) => !/^SLURM.*(ID|NODE|GTIDS|PORT|OPEN_MODE)/.test(line));
  const got = await log(entered);
  // Of the controller's address Slurm itself makes what a job needs.
  expect(got).toContain('SLURM_CONF=/etc/slurm/slurm.conf');
  expect(got).toEqual(await log(plain));
  expect(await bed.must('login1', ['sh', '-c', 'ls /home/alice/jobs'])).not.toContain('.environment');
});

test('a site’s own refusal is told at once, in its words, whichever they are', async () => {
  const began = Date.now();
  const { error } = await jobs('submit', { name: token(), script: '#SBATCH --comment=site-again\ntrue' });
  expect(error).toMatchObject({ code: 'job-refused', message: expect.stringContaining('Jobs need a project: check') });
  expect(Date.now() - began).toBeLessThan(15_000);
});

test.concurrent('another user’s job that has a name of ours is never taken for ours, nor cancelled', async () => {
  const name = token();
  const args = [
    'sbatch',
    '--parsable',
    '-J',
    name,
    '-t',
    '5',
    '--mem=50',
    '--account=pi-ada',
    '--chdir=/tmp',
    '--wrap',
    'sleep 200',
  ];
  const number = (await bed.must('login1', args, { user: 'bob' })).trim();
  const bobs = async () => await bed.must('ctl', ['squeue', '-h', '-t', 'PD,R', '-j', number, '-o', '%u']);
  expect((await jobs('find', { name })).value).toMatchObject({ found: 'absent' });
  const mine = await submit('sleep 200', { name, resources: minute });
  expect(mine.job).not.toBe(number);
  const found = await until(async () => {
    const { value } = await jobs('find', { name });
    return value?.found === 'job' && value;
  }, 60_000);
  expect(found.job.job).toBe(mine.job);
  // As if a controller had given our number to it.
  const claimed = { ...mine, job: number };
  expect((await jobs('cancel', { job: claimed })).value).toEqual({ accepted: true });
  expect(await becomes(claimed, 'gone')).toMatchObject({ end: null });
  expect(await bobs()).toBe('bob\n');
  await becomes(mine, 'running');
  expect((await jobs('cancel', { job: mine })).value).toEqual({ accepted: true });
  expect(await bobs()).toBe('bob\n');
  await bed.must('ctl', ['scancel', number]);
  // Its end is bob's, not ours.
  await until(
    async () => (await bed.must('ctl', ['sacct', '-nPX', '-j', number, '-o', 'state'])).includes('CANCELLED'),
    60_000,
  );
  await bed.must('login1', ['rm', '-f', '.local/state/pier/slurm/pier/ended.json'], { user: 'alice' });
  expect(await becomes(claimed, 'gone')).toMatchObject({ end: null });
});

describe('a job that will never start says at once what to change', () => {
  test.concurrent.each([
    ['in a partition that is down', { partition: 'maint' }, /partition is down/, /--partition/],
    [
      'longer than its partition allows',
      { partition: 'short', seconds: 600 },
      /more time than its partition/,
      /--time/,
    ],
    [
      'with an account that may not be there',
      { partition: 'private' },
      /account may not use/,
      /--account or --partition/,
    ],
    ['longer than its QOS allows', { qos: 'low', seconds: 3600 }, /more time than the QOS/, /--time/],
  ])('%s', async (_what, resources, reason, change) => {
    const job = await submit('true', { resources: { ...minute, ...resources } });
    const status = await until(async () => {
      const seen = await query(job);
      return seen.state === 'queued' && seen.change !== null && seen;
    }, 90_000);
    expect(status.reason).toMatch(reason);
    expect(status.change).toMatch(change);
    expect((await jobs('cancel', { job })).value).toEqual({ accepted: true });
  });
});

describe('what the site would refuse or never start is found before anything is submitted', () => {
  const check = async (resources: Task['resources'], user = 'alice') =>
    (await jobs('check', resources ? { resources } : {}, { user })).value;

  test('nothing is said against what it would run', async () => {
    expect(await check({})).toEqual([]);
    expect(await check({ seconds: 3600, memory: 32_000, cpus: 16, account: 'pi-ada', partition: 'caslake' })).toEqual(
      [],
    );
    expect(await check({ partition: 'private', account: 'pi-grace' }, 'dana')).toEqual([]);
  });

  test('and each of the others is told with what to type', async () => {
    expect(await check({ seconds: 600, partition: 'short' })).toEqual([
      {
        option: 'time',
        message: 'The partition short gives a job 2 minutes at most; you asked for 10 minutes.',
        change: '--time 2m, or --partition caslake, bigmem, gpu or preempt',
      },
    ]);
    expect(await check({ seconds: 3600, qos: 'debug' })).toMatchObject(
      [{ option: 'time', message: /QOS debug gives a job 15 minutes/ }].map((one) => ({
        ...one,
        message: expect.stringMatching(one.message),
      })),
    );
    const says = async (resources: Task['resources'], user?: string) =>
      (await check(resources, user))?.map(({ option, change }) => `${option}: ${change}`);
    expect(await says({ partition: 'maint' })).toEqual([
      'partition: --partition caslake, bigmem, gpu, short or preempt',
    ]);
    expect(await says({ partition: 'nope' })).toEqual([
      'partition: --partition caslake, bigmem, gpu, short, preempt or private',
    ]);
    expect(await says({ partition: 'private' })).toEqual([
      'partition: --partition caslake, bigmem, gpu, short or preempt',
    ]);
    expect(await says({ cpus: 17 })).toEqual(['cpus: --cpus 16']);
    expect(await says({ cpus: 8, partition: 'short', seconds: 60 })).toEqual(['cpus: --cpus 4']);
    expect(await says({ memory: 400_000 })).toEqual(['mem: --mem 62.5G, or --partition bigmem']);
    expect(await says({ gpus: { count: 1, type: 'a100', select: 'gres' } })).toEqual(['gpus: --partition gpu']);
    expect(await says({ account: 'pi-grace' })).toEqual(['account: --account pi-ada']);
    expect(await says({ account: 'pi-empty' })).toEqual(['account: --account pi-ada']);
    expect(await says({ qos: 'high' })).toEqual(['qos: --qos debug, low or normal']);
    expect(await says({ constraint: 'bigmem' })).toEqual(['constraint: --constraint caslake']);
    expect(await says({}, 'eve')).toEqual([expect.stringContaining('account: Ask')]);
  });
});

test('a user’s accounts are those of Slurm’s accounting, not her groups', async () => {
  const accounts = async (user: string) => {
    const limits = (await jobs('limits', {}, { user })).value;
    return limits?.accounts.known && limits.accounts.value.map(({ name, isDefault }) => [name, isDefault]);
  };
  expect(await accounts('bob')).toEqual([
    ['pi-ada', true],
    ['pi-grace', false],
  ]);
  expect(await accounts('eve')).toEqual([]);
});

describe('a refusal says why and what to change', () => {
  test.each([
    ['no account at all', {}, 'eve', /no account/, /--account/],
    ['an account of others', { account: 'pi-grace' }, 'alice', /may not use this account/, /--account/],
    ['an account that takes no jobs', { account: 'pi-empty' }, 'alice', /no more jobs/, /--account/],
    ['a partition that is not there', { partition: 'nope' }, 'alice', /no such partition/, /--partition/],
    ['a QOS of others', { qos: 'high' }, 'alice', /may not use this QOS/, /--qos/],
    ['too much memory', { memory: 10_000_000 }, 'alice', /that much memory/, /--mem/],
    [
      'GPUs of a kind that no node has',
      { gpus: { count: 1, type: 'h100', select: 'gres' as const } },
      'alice',
      /no node of the partition has what it asks for/,
      /--gpus/,
    ],
    [
      'GPUs in a partition without any',
      { gpus: { count: 1, type: null, select: 'gres' as const } },
      'alice',
      /no node of the partition has what it asks for/,
      /--partition/,
    ],
    ['a feature that no node has', { constraint: 'nope' }, 'alice', /no node has that feature/, /--constraint/],
    ['a reservation that is not there', { reservation: 'nope' }, 'alice', /reservation/, /--reservation/],
  ])('%s', async (_what, resources, user, message, hint) => {
    const { error } = await jobs('submit', { name: token(), script: 'true', resources }, { user });
    expect(error).toMatchObject({ code: 'job-refused', message: expect.stringMatching(message) });
    expect(error?.hint).toMatch(hint);
  });
});

test.concurrent('an administrator’s scancel is told from one’s own', async () => {
  const job = await submit('sleep 100', { resources: minute });
  await becomes(job, 'running');
  await bed.must('ctl', ['scancel', job.job]);
  expect((await becomes(job, 'gone')).end).toMatchObject({ kind: 'cancelled', by: 'root' });
  expect(await explain(job)).toMatchObject({ sentence: 'An administrator cancelled it.' });
});

test.concurrent('cancel ends only the job of that number and name, and is content with one that is over', async () => {
  const mine = await submit('sleep 100', { resources: minute });
  expect((await jobs('cancel', { job: { ...mine, name: 'pier-other' } })).value).toEqual({ accepted: true });
  expect((await jobs('cancel', { job: mine }, { user: 'bob' })).value).toEqual({ accepted: true });
  expect((await jobs('cancel', { job: { ...mine, job: '999999' } })).value).toEqual({ accepted: true });
  await becomes(mine, 'running');
  expect((await jobs('cancel', { job: mine })).value).toEqual({ accepted: true });
  await becomes(mine, 'gone');
  expect((await jobs('cancel', { job: mine })).value).toEqual({ accepted: true });
});

test.concurrent('a time limit, and too much memory, are told with what to ask for', async () => {
  const long = await submit('sleep 300', { resources: { ...minute, partition: 'short' } });
  const takeMemory = `python3 -c 'import time; mine = bytearray(400 * 2**20); time.sleep(60)'`;
  const large = await submit(takeMemory, { resources: { ...minute, seconds: 120 } });
  await becomes(large, 'gone');
  expect(await explain(large, { resources: { memory: 100 } })).toEqual({
    kind: 'memory',
    sentence: 'It needed more memory than the 100M it had asked for, and was killed.',
    advice: 'Ask for more, such as --mem 200M.',
  });
  expect((await becomes(long, 'gone')).end).toMatchObject({ kind: 'time-limit', word: 'TIMEOUT' });
  expect(await explain(long, { resources: minute })).toEqual({
    kind: 'time-limit',
    sentence: 'It reached its time limit of 1 minute, and Slurm ended it.',
    advice: 'Ask for more, such as --time 2m.',
  });
});

test.concurrent('a job whose log cannot be opened never started, and says so', async () => {
  const script = 'true';
  const job = await submit(script, { resources: minute, more: { log: '/home/alice/nowhere/log' } });
  await becomes(job, 'gone');
  expect(await explain(job)).toMatchObject({
    kind: 'never-started',
    sentence: expect.stringContaining('could not start its script'),
  });
});

test('a node that dies takes its job with it; the job is queued again, or ends and says so', async () => {
  const dies = async (options: string) => {
    const name = token();
    const script = `#!/bin/bash\n#SBATCH ${options}\nsleep 600\n`;
    await bed.must('login1', ['sh', '-c', 'cat >on-c2.sh'], { user: 'alice', input: script });
    const args = ['sbatch', '--parsable', '-w', 'c2', '-J', name, '-t', '5', '--mem=100', 'on-c2.sh'];
    const job = (await bed.must('login1', args, { user: 'alice' })).trim();
    return { engine: 'slurm' as const, job, name, cluster: 'pier', submitted: new Date().toISOString() };
  };
  const again = await dies('--requeue');
  const never = await dies('--no-requeue');
  await Promise.all([becomes(again, 'running'), becomes(never, 'running')]);
  await fault(bed.directory, ['off', 'c2']);
  try {
    expect((await becomes(never, 'gone')).end).toMatchObject({ kind: 'node-failed', word: 'NODE_FAIL' });
    expect(await explain(never)).toMatchObject({ sentence: 'Its node c2 failed.' });
    expect(await becomes(again, 'queued')).toMatchObject({ requeued: true, change: null });
  } finally {
    await fault(bed.directory, ['on', 'c2']);
    await jobs('cancel', { job: again });
  }
  await until(
    async () => (await bed.must('login1', ['sinfo', '-hN', '-n', 'c2', '-o', '%t'])).startsWith('idle'),
    90_000,
  );
});

test('a job that gives way to others is queued again, and says so', async () => {
  const all = { cpus: 16, memory: 1000, seconds: 600 };
  const weak: SlurmJob[] = [];
  for (const _node of ['c1', 'c2'])
    weak.push(await submit('sleep 300', { resources: { ...all, partition: 'preempt' } }));
  await Promise.all(weak.map((job) => becomes(job, 'running')));
  const strong = await submit('sleep 300', { resources: { ...all, account: 'pi-ada' } }, { user: 'bob' });
  await becomes(strong, 'running', { user: 'bob' });
  const statuses = await until(async () => {
    const seen = (await jobs('query', { jobs: weak })).value ?? [];
    return seen.some(({ state }) => state === 'queued') && seen;
  }, 90_000);
  expect(statuses).toContainEqual(expect.objectContaining({ state: 'queued', requeued: true, change: null }));
  for (const job of weak) await jobs('cancel', { job });
  await jobs('cancel', { job: strong }, { user: 'bob' });
});

test('a job that the controller has forgotten is found by its name in accounting; one that never was is not', async () => {
  const { job, name } = first as SlurmJob;
  await until(async () => (await bed.must('login1', ['squeue', '-h', '-t', 'all', '-n', name])) === '', 150_000);
  expect((await jobs('find', { name })).value).toMatchObject({ found: 'job', job: { job, name } });
  expect((await jobs('find', { name: 'pier-never-was' })).value).toMatchObject({ found: 'absent' });
});
