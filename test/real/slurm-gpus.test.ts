import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { type Researcher, researcher } from './cluster.ts';
import { said } from './pier.ts';
import { member, runThrough } from './slurm-session.ts';
import { type Jobs, jobsIn } from './slurm-world.ts';

// The partition gpu has g1 with four a100 and g2 with two v100. As on Midway3, its jobs name a kind by --constraint.

let bed: Testbed;
let alice: Researcher;
let jobs: Jobs;
beforeAll(async () => {
  bed = await testbed();
  alice = researcher(bed);
  jobs = await jobsIn(bed);
});
afterAll(() => bed[Symbol.asyncDispose]());

const queued = async () => (await bed.must('ctl', ['squeue', '-h', '-o', '%i'])).trim();
const stop = async (...ids: string[]) => {
  await alice.pier('session', 'stop', ...ids);
  await until(async () => (await queued()) === '', 60_000);
};

/** What Slurm says of a session's job, `Key=value` by key. */
async function jobOf(id: string, who = alice): Promise<Record<string, string>> {
  const job = (await who.told(id)).job?.number as string;
  const shown = await bed.must('login1', ['scontrol', '-o', 'show', 'job', job]);
  return Object.fromEntries(shown.split(' ').map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]));
}

test('--gpus a100:1 finds the partition, is a node’s with that kind, and the kernel sees its card and no other', async () => {
  const { id } = await alice.lab('--gpus', 'a100:1');
  await alice.becomes(id, /^ready/);
  expect(await jobOf(id)).toMatchObject({
    Partition: 'gpu',
    NodeList: 'g1',
    Features: 'a100',
    TresPerNode: 'gres:gpu:1',
  });
  expect((await jobOf(id)).TRES).toMatch(/gres\/gpu=1/);
  await alice.pier('session', 'open', id, '--wait', '--no-browser');
  const code = 'import os; print(os.environ["CUDA_VISIBLE_DEVICES"], os.environ["SLURM_JOB_GPUS"])';
  expect((await runThrough(member(bed), bed, id, code)).printed).toBe('0 0\n');
  await stop(id);
});

test('--gpus 2 is any two of one node; who asks for all four waits for them, and is told so', async () => {
  const first = await alice.lab('--gpus', '2', '--partition', 'gpu');
  await alice.becomes(first.id, /^ready/);
  const { NodeList, TresPerNode } = await jobOf(first.id);
  expect({ NodeList, TresPerNode }).toEqual({ NodeList: 'g1', TresPerNode: 'gres:gpu:2' });
  const second = await alice.lab('--gpus', 'a100:4');
  const told = await alice.becomes(second.id, /^queued .*(nodes|resources|free)/i);
  expect(told.host).toBeNull();
  await alice.pier('session', 'stop', first.id);
  expect((await alice.becomes(second.id, /^ready/)).host).toBe('g1');
  await stop(second.id);
});

describe('is refused before anything is submitted, with what to change', () => {
  test.each([
    [['--gpus', '1', '--partition', 'caslake'], 'The partition caslake has no GPUs. Try: --partition gpu'],
    [
      ['--gpus', 'a100:5'],
      'No node of the partition gpu has more than 4 a100 GPUs; you asked for 5. Try: --gpus a100:4',
    ],
    [
      ['--gpus', 'v100:3'],
      'No node of the partition gpu has more than 2 v100 GPUs; you asked for 3. Try: --gpus v100:2',
    ],
    [
      ['--gpus', '5', '--partition', 'gpu'],
      'No node of the partition gpu has more than 4 GPUs; you asked for 5. Try: --gpus 4',
    ],
    [['--gpus', 'h100'], 'No partition has GPUs called h100. Try: --gpus a100 or v100'],
    [['--gpus', 'h100', '--partition', 'gpu'], 'The partition gpu has no GPUs called h100. Try: --gpus a100 or v100'],
    [
      ['--gpus', 'a100:1', '--cpus', '17'],
      'No node of the partition gpu has more than 16 cores; you asked for 17. Try: --cpus 16',
    ],
    [['--gpus', 'a100:x'], 'this is no number of GPUs. Such as --gpus 2 or --gpus a100:1.'],
  ])('%j', async (options, refusal) => {
    const refused = await alice.pier('lab', '--on', 'compute', '--detach', '--defaults', ...options);
    expect(said(refused)).toContain(refusal);
    expect(refused.exitCode).toBe(2);
    expect(await queued()).toBe('');
  });
});

test('the account and partition are chosen as for any job, and the GPUs of last time are remembered', async () => {
  const bob = researcher(bed, 'bob');
  const explain = async (...options: string[]) =>
    (await bob.pier('lab', '--on', 'compute', '--explain', ...options)).stdout;
  const typed = await explain('--gpus', 'v100', '--account', 'pi-grace');
  for (const line of ['gres=gpu:1', 'constraint=v100', 'partition=gpu', 'account=pi-grace']) {
    expect(typed).toContain(`#SBATCH --${line}\n`);
  }
  const { id } = await bob
    .json('lab', '--on', 'compute', '--detach', '--gpus', 'v100', '--account', 'pi-grace')
    .then(({ session }) => session);
  expect((await bob.becomes(id, /^ready/)).host).toBe('g2');
  expect((await jobOf(id, bob)).Account).toBe('pi-grace');
  await bob.pier('session', 'stop', id);
  const again = await explain();
  expect(again).toContain('# --gpus v100:1: from last time\n');
  expect(again).toContain('#SBATCH --constraint=v100\n');
  expect(await explain('--gpus', '0')).not.toMatch(/gres|constraint|partition=gpu/);
});

describe('where a kind is part of --gres', () => {
  const gpus = (count: number, type: string) => ({ partition: 'gpu', gpus: { count, type, select: 'gres' as const } });

  test('a job gets those of that kind', async () => {
    const script = 'echo "$SLURMD_NODENAME $CUDA_VISIBLE_DEVICES"';
    const { value: job } = await jobs('submit', { name: 'pier-test-gres', script, resources: gpus(2, 'v100') });
    if (!job) throw new Error('not submitted');
    const printed = async () => (await alice.sh('cat jobs/pier-test-gres.log')).stdout;
    expect(await until(async () => (await printed()).match(/^g\d .*$/m)?.[0], 60_000)).toBe('g2 0,1');
  });

  test('what the partition lacks is known before, and Slurm’s own refusal is told in plain words', async () => {
    const { value } = await jobs('check', { resources: gpus(1, 'h100') });
    expect(value).toMatchObject([{ option: 'gpus', message: 'The partition gpu has no GPUs called h100.' }]);
    const refused = await jobs('submit', { name: 'pier-test-none', script: 'true', resources: gpus(1, 'h100') });
    expect(refused.error).toMatchObject({ code: expect.any(String), hint: expect.stringContaining('--gpus') });
  });
});
