import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SlurmJob } from '../../src/jobs/index.ts';
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
    advice: 'Ask for more, such as --mem 1G.',
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
    // Side by side: what Slurm says of the one that waits is another thing two minutes later.
    const [ended, waiting] = await Promise.all([becomes(never, 'gone'), becomes(again, 'queued')]);
    expect(waiting).toMatchObject({ requeued: true, change: null });
    expect(ended.end).toMatchObject({ kind: 'node-failed', word: 'NODE_FAIL' });
    expect(await explain(never)).toMatchObject({ sentence: 'Its node c2 failed.' });
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
