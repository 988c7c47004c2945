import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { npmRunTestbed, type Testbed, testbed } from '../testbed/fixture.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed();
});
afterAll(() => bed[Symbol.asyncDispose]());

const make = (...words: string[]) => fault(bed.directory, words);
const squeue = () => bed.on('login1', ['timeout', '20', 'squeue', '-h'], { user: 'alice' });
const works = () => until(async () => (await squeue()).exitCode === 0, 60_000);

/** sinfo's state of a node; `*` says that it does not answer. */
async function node(name: string): Promise<string> {
  return (await bed.on('login1', ['sinfo', '-hN', '-n', name, '-o', '%t'])).stdout.split('\n')[0] ?? '';
}

test('the controller killed: nobody answers; started: all is as it was', async () => {
  const submit = ['sbatch', '--parsable', '--hold', '--wrap', 'true'];
  const job = (await bed.must('login1', submit, { user: 'alice' })).trim();
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
