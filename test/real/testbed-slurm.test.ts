import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
});
afterAll(() => bed[Symbol.asyncDispose]());

const sbatch = (user: string, ...args: string[]) => bed.on('login1', ['sbatch', '--parsable', ...args], { user });

async function submit(user: string, ...args: string[]): Promise<string> {
  const ran = await sbatch(user, ...args);
  expect(ran).toMatchObject({ exitCode: 0 });
  return ran.stdout.trim();
}

/** What squeue says of a job: state and reason, such as `PENDING PartitionDown`. */
async function seen(job: string): Promise<string> {
  return (await bed.on('login2', ['squeue', '-h', '-j', job, '-o', '%T %r'])).stdout.trim();
}

/** Asks until squeue says so. */
const becomes = (job: string, wanted: RegExp) => until(async () => wanted.test(await seen(job)), 60_000);

const cancel = (...jobs: string[]) => bed.must('login1', ['scancel', ...jobs]);

test('sbatch runs a script on a compute node, as the person, with a directory of the job’s own', async () => {
  const began = Date.now();
  const script = '#!/bin/bash -l\nhostname\nid -un\necho $TMPDIR\nls -ld $TMPDIR\n';
  await bed.must('login1', ['sh', '-c', 'cat >job.sh; rm -f job.out'], { user: 'alice', input: script });
  const job = await submit('alice', '-o', 'job.out', '-w', 'c2', 'job.sh');
  const lines = await until(async () => {
    const { stdout } = await bed.on('login2', ['cat', 'job.out'], { user: 'alice' });
    return stdout.split('\n').length > 4 && stdout.split('\n');
  });
  expect(lines.slice(0, 3)).toEqual(['c2', 'alice', `/tmp/jobs/${job}`]);
  expect(lines[3]).toMatch(/^drwx------ +\d+ alice/);
  // Measured 0.4 to 2 s; the rest is for a busy machine.
  expect(Date.now() - began).toBeLessThan(15_000);
});

test('sbatch prints the site’s lines on stderr and the job’s number on stdout, as on Midway', async () => {
  const ran = await sbatch('alice', '--wrap', 'true');
  expect(ran.stdout).toMatch(/^\d+\n$/);
  expect(ran.stderr).toBe('sbatch: Verify job submission ...\nsbatch: Verification: ***PASSED***\n');
  const refused = await sbatch('alice', '--comment', 'site-reject', '--wrap', 'true');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('sbatch: error: Please request an account with --account (site policy)');
});

test('who has no account, or not that one, or no jobs left in it, is refused', async () => {
  const why = async (user: string, ...args: string[]) => {
    const ran = await sbatch(user, ...args, '--wrap', 'true');
    expect(ran.exitCode).toBe(1);
    return ran.stderr;
  };
  expect(await why('eve')).toContain('Invalid account or account/partition combination specified');
  expect(await why('alice', '-A', 'pi-grace')).toContain('Invalid account');
  expect(await why('alice', '-A', 'pi-empty')).toContain('AssocGrpSubmitJobsLimit');
  expect(await why('alice', '-q', 'high')).toContain('Invalid qos specification');
});

describe('a partition', () => {
  test('that is down, private or too short takes the job and never runs it', async () => {
    const down = await submit('alice', '-p', 'maint', '--wrap', 'true');
    const long = await submit('alice', '-p', 'short', '-t', '10', '--wrap', 'true');
    const closed = await submit('alice', '-p', 'private', '--wrap', 'true');
    await becomes(down, /^PENDING PartitionDown/);
    await becomes(long, /^PENDING PartitionTimeLimit/);
    await becomes(closed, /^PENDING .*not permitted/);
    await cancel(down, long, closed);
  });

  test('that is private runs the jobs of those whom it is for', async () => {
    const job = await submit('dana', '-p', 'private', '--wrap', 'sleep 60');
    await becomes(job, /^RUNNING/);
    await cancel(job);
  });

  test('for big memory is on its own node', async () => {
    const job = await submit('alice', '-p', 'bigmem', '--mem', '400G', '--wrap', 'sleep 60');
    await becomes(job, /^RUNNING/);
    expect((await bed.must('login1', ['squeue', '-h', '-j', job, '-o', '%N'])).trim()).toBe('bm1');
    await cancel(job);
  });
});

test('a QOS limits what runs: debug is one job at a time', async () => {
  const first = await submit('alice', '-q', 'debug', '-t', '5', '--wrap', 'sleep 60');
  const second = await submit('alice', '-q', 'debug', '-t', '5', '--wrap', 'sleep 60');
  await becomes(first, /^RUNNING/);
  await becomes(second, /^PENDING QOSMaxJobsPerUserLimit/);
  await cancel(first, second);
});

test('a QOS limits how many may wait: low takes three jobs, and refuses the fourth', async () => {
  const low = ['-q', 'low', '-t', '5', '--hold', '--wrap', 'true'];
  const jobs = [await submit('alice', ...low), await submit('alice', ...low), await submit('alice', ...low)];
  const fourth = await sbatch('alice', ...low);
  expect(fourth).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('QOSMaxSubmitJobPerUserLimit') });
  await cancel(...jobs);
});

test('a job of the preempt partition gives way, is queued again and runs again', async () => {
  const all = ['-N2', '-n32', '--wrap', 'echo run $SLURM_RESTART_COUNT; sleep 300'];
  const weak = await submit('alice', '-p', 'preempt', '--requeue', '--open-mode=append', '-o', 'weak.out', ...all);
  await becomes(weak, /^RUNNING/);
  const strong = await submit('bob', '-p', 'caslake', ...all);
  await becomes(strong, /^RUNNING/);
  await becomes(weak, /^PENDING BeginTime/);
  await cancel(strong);
  // Slurm would start it two minutes later. Not at once: slurmd refuses a job whose credential it revoked in this second
  // ("Job credential revoked"), and the job is over.
  await bed.must('login1', ['scontrol', 'update', `JobId=${weak}`, 'StartTime=now+3']);
  await becomes(weak, /^RUNNING/);
  await until(async () => (await bed.on('login1', ['cat', 'weak.out'], { user: 'alice' })).stdout.includes('run 1'));
  const { stdout } = await bed.on('login1', ['cat', 'weak.out'], { user: 'alice' });
  expect(stdout).toContain('DUE TO PREEMPTION');
  await cancel(weak);
});

test('the account of what ran is kept', async () => {
  const job = await submit('bob', '-A', 'pi-grace', '-J', 'kept', '--wrap', 'exit 3');
  const sacct = ['sacct', '-nPX', '-j', job, '-o', 'account,jobname,state,exitcode'];
  await until(async () => (await bed.must('login1', sacct)).trim() === 'pi-grace|kept|FAILED|3:0', 60_000);
});
