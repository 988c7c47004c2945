import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SlurmJob } from '../../src/jobs/index.ts';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { type Jobs, jobsIn, type Task } from './slurm-world.ts';

let bed: Testbed;
let jobs: Jobs;
beforeAll(async () => {
  bed = await testbed();
  jobs = await jobsIn(bed);
});
afterAll(() => bed[Symbol.asyncDispose]());

let count = 0;
const token = () => `pier-refusal${process.pid}-${++count}`;

const minute = { seconds: 60, memory: 100 };

test('a site’s own refusal is told at once, in its words, whichever they are', async () => {
  const began = Date.now();
  const { error } = await jobs('submit', { name: token(), script: '#SBATCH --comment=site-again\ntrue' });
  expect(error).toMatchObject({ code: 'job-refused', message: expect.stringContaining('Jobs need a project: check') });
  expect(Date.now() - began).toBeLessThan(15_000);
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
    const task = { name: token(), script: 'true', resources: { ...minute, ...resources } };
    const job = (await jobs('submit', task)).value as SlurmJob;
    const status = await until(async () => {
      const [seen] = (await jobs('query', { jobs: [job] })).value ?? [];
      // In a busy moment Slurm says of a time limit only that the partition does not allow what is asked for (PartitionConfig).
      const isVague = (reason: string) => /what its partition does not allow/.test(reason);
      return seen?.state === 'queued' && seen.change !== null && !isVague(seen.reason) && seen;
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
      'partition: --partition caslake, bigmem, gpu, short or preempt',
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
