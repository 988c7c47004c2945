import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { daemonsOf, signalDaemon, startDaemon } from '../testbed/daemons.ts';
import { fault } from '../testbed/fault.ts';
import { npmRunTestbed, type Testbed, testbed } from '../testbed/fixture.ts';
import { hosts } from '../testbed/layout.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
});
afterAll(() => bed[Symbol.asyncDispose]());

// What a test that failed has left broken is not to fail the others.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const daemon of hosts.flatMap(daemonsOf)) {
    await signalDaemon(bed.directory, daemon, 'CONT');
    await startDaemon(bed.directory, daemon);
  }
});

const make = (...words: string[]) => fault(bed.directory, words);
const squeue = () => bed.on('login1', ['timeout', '20', 'squeue', '-h'], { user: 'alice' });
const works = () => until(async () => (await squeue()).exitCode === 0, 60_000);

/** sinfo's state of a node; `*` says that it does not answer. */
async function node(name: string): Promise<string> {
  return (await bed.on('login1', ['sinfo', '-hN', '-n', name, '-o', '%t'])).stdout.split('\n')[0] ?? '';
}

test('the controller killed: nobody answers; started: all is as it was', async () => {
  const submit = ['sbatch', '--parsable', '--hold', '--job-name=kept-over-a-kill', '--wrap', 'true'];
  const job = (await bed.must('login1', submit, { user: 'alice' })).trim();
  // It forgets what it had no time to write: that is Slurm's own, and not what is tested here.
  const saved = ['grep', '-q', 'kept-over-a-kill', '/var/spool/slurmctld/job_state'];
  await until(async () => (await bed.on('ctl', saved)).exitCode === 0, 60_000);
  await make('kill', 'slurmctld');
  expect((await squeue()).stderr).toContain('Unable to contact slurm controller');
  await make('start', 'slurmctld');
  await works();
  expect((await squeue()).stdout).toContain(job);
  await bed.must('login1', ['scancel', job]);
});

test('the controller frozen: sbatch gives up after a while; thawed: it answers again', async () => {
  await make('freeze', 'slurmctld');
  const ran = await bed.on('login1', ['sbatch', '--wrap', 'true'], { user: 'alice' });
  expect(ran.stderr).toContain('Socket timed out on send/recv operation');
  await make('thaw', 'slurmctld');
  await works();
});

test('the accounting killed: sacct fails and sbatch does not', async () => {
  await make('kill', 'slurmdbd');
  expect((await bed.on('login1', ['sacct'])).stderr).toContain('Connection refused');
  expect((await bed.on('login1', ['sbatch', '--wrap', 'true'], { user: 'alice' })).exitCode).toBe(0);
  await make('start', 'slurmdbd');
  await until(async () => (await bed.on('login1', ['sacct'])).exitCode === 0);
});

test('the accounting frozen: sacct gives up after a while and sbatch does not; thawed: it answers again', async () => {
  const sacct = () => bed.on('login1', ['timeout', '30', 'sacct', '-n'], { timeoutMs: 90_000 });
  await make('freeze', 'slurmdbd');
  expect((await sacct()).exitCode).not.toBe(0);
  expect((await bed.on('login1', ['sbatch', '--wrap', 'true'], { user: 'alice' })).exitCode).toBe(0);
  await make('thaw', 'slurmdbd');
  await until(async () => (await sacct()).exitCode === 0, 60_000);
});

test('the database killed and frozen: accounting answers nothing new, and all is there when it is back', async () => {
  const accounts = ['timeout', '20', 'sacctmgr', '-nP', 'show', 'account', 'format=account'];
  const seen = () => bed.on('login1', accounts, { timeoutMs: 90_000 });
  for (const [broken, repaired] of [
    ['kill', 'start'],
    ['freeze', 'thaw'],
  ] as const) {
    await make(broken, 'mariadbd');
    const without = await seen();
    expect(without.exitCode === 0 && without.stdout.includes('pi-ada')).toBe(false);
    expect((await bed.on('login1', ['sbatch', '--wrap', 'true'], { user: 'alice' })).exitCode).toBe(0);
    await make(repaired, 'mariadbd');
    await until(async () => (await seen()).stdout.includes('pi-ada'), 90_000);
  }
});

test('munge killed and frozen on a login node: nobody there is believed, others are', async () => {
  const others = () => bed.on('login2', ['squeue', '-h'], { user: 'alice' });
  await make('kill', 'munged@login1');
  // The client tries for 51 seconds.
  const refused = await bed.on('login1', ['squeue', '-h'], { user: 'alice', timeoutMs: 180_000 });
  expect(refused.stderr).toContain('Munge encode failed: Failed to connect');
  expect((await others()).exitCode).toBe(0);
  await make('start', 'munged@login1');
  await works();
  await make('freeze', 'munged@login1');
  expect((await squeue()).exitCode).toBe(124);
  expect((await others()).exitCode).toBe(0);
  await make('thaw', 'munged@login1');
  await works();
});

test('munge killed on the controller: nobody is believed; started: all are', async () => {
  await make('kill', 'munged@ctl');
  expect((await squeue()).exitCode).not.toBe(0);
  await make('start', 'munged@ctl');
  await works();
});

test('sshd killed and frozen on one login node: that one lets nobody in, the other does', async () => {
  const greets = (host: string) =>
    bed.on('laptop', ['timeout', '8', 'ssh', host, 'hostname'], { user: 'alice', timeoutMs: 60_000 });
  for (const [broken, repaired] of [
    ['kill', 'start'],
    ['freeze', 'thaw'],
  ] as const) {
    await make(broken, 'sshd@login2');
    const there = await greets('login2');
    expect(there.exitCode).toBe(broken === 'kill' ? 255 : 124);
    if (broken === 'kill') expect(there.stderr).toContain('Connection refused');
    expect((await greets('login1')).stdout).toBe('login1\n');
    await make(repaired, 'sshd@login2');
    await until(async () => (await greets('login2')).stdout === 'login2\n', 60_000);
  }
});

test('a node’s daemon killed and frozen, and back', async () => {
  for (const [broken, repaired] of [
    ['kill', 'start'],
    ['freeze', 'thaw'],
  ] as const) {
    await make(broken, 'slurmd@c1');
    await until(async () => /\*$/.test(await node('c1')), 90_000);
    await make(repaired, 'slurmd@c1');
    await until(async () => (await node('c1')) === 'idle', 90_000);
  }
});

test('a node that goes off takes its job with it, and comes back empty', async () => {
  const submit = ['sbatch', '--parsable', '--no-requeue', '-w', 'c2', '--wrap', 'touch /tmp/mine; sleep 600'];
  const job = (await bed.must('login1', submit, { user: 'alice' })).trim();
  await until(async () => (await bed.on('c2', ['test', '-e', '/tmp/mine'])).exitCode === 0);
  await make('off', 'c2');
  const state = async () => (await bed.on('login1', ['scontrol', '-o', 'show', 'job', job])).stdout;
  await until(async () => (await state()).includes('JobState=NODE_FAIL'), 90_000);
  await make('on', 'c2');
  await until(async () => (await node('c2')) === 'idle', 90_000);
  expect((await bed.on('c2', ['test', '-e', '/tmp/mine'])).exitCode).toBe(1);
});

test('a network cut and mended, and one that loses packets', async () => {
  const greets = (seconds: string) =>
    bed.on('laptop', ['timeout', seconds, 'ssh', '-o', 'ConnectTimeout=30', 'login1', 'echo hello'], { user: 'alice' });
  await make('cut', 'laptop');
  expect((await greets('2')).exitCode).toBe(124);
  await make('lossy', 'laptop', '20');
  await until(async () => (await greets('60')).stdout === 'hello\n', 120_000);
  await make('mend', 'laptop');
  expect((await greets('30')).stdout).toBe('hello\n');
});

test('a login node that goes off lets nobody in, and does when it is on again', async () => {
  const greets = () =>
    bed.on('laptop', ['timeout', '8', 'ssh', '-o', 'ConnectTimeout=5', 'login2', 'hostname'], { user: 'alice' });
  await make('off', 'login2');
  expect((await greets()).exitCode).toBe(255);
  await make('on', 'login2');
  await until(async () => (await greets()).stdout === 'login2\n', 60_000);
});

test('a compute node that is cut off is noticed, and back when it is mended', async () => {
  await make('cut', 'bm1');
  await until(async () => /\*$/.test(await node('bm1')), 120_000);
  await make('mend', 'bm1');
  await until(async () => (await node('bm1')) === 'idle', 120_000);
});

test('a full disk refuses to be written on, and takes files again', async () => {
  const write = () => bed.on('c1', ['sh', '-c', 'head -c 100000 /dev/zero >/tmp/more'], { user: 'alice' });
  await make('fill', 'c1');
  expect((await write()).stderr).toContain('No space left on device');
  await make('empty', 'c1');
  expect((await write()).exitCode).toBe(0);
});

test('the command line makes them too, and says what there is', async () => {
  expect((await npmRunTestbed(bed.directory, 'fault', 'kill', 'sshd@login2')).exitCode).toBe(0);
  expect((await npmRunTestbed(bed.directory, 'status')).stdout).toContain('sshd (ended)');
  expect((await npmRunTestbed(bed.directory, 'fault', 'start', 'sshd@login2')).exitCode).toBe(0);
  expect((await npmRunTestbed(bed.directory, 'status')).exitCode).toBe(0);
  expect((await npmRunTestbed(bed.directory, 'fault', 'burn', 'c1')).stderr).toContain('fault lossy HOST PERCENT');
});
