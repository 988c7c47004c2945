import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { lookEvery, type Researcher, researcher, type Told } from './cluster.ts';
import { said } from './pier.ts';

// What a session is told as while a part of Slurm, or a disk, is out of order. Those that do not meet run side by side, each
// as another person.

vi.setConfig({ testTimeout: 600_000 });

/** Milliseconds from when something can be known until `pier session list` has to tell it. */
const inTime = 30_000;

let bed: Testbed;
beforeAll(async () => {
  bed = await testbed('sessions');
});
afterAll(() => bed[Symbol.asyncDispose]());
afterEach(() => bed.giveNodesBack());

const make = (...words: string[]) => fault(bed.directory, words);
const scancel = (told: Told) => bed.must('ctl', ['scancel', told.job?.number as string]);

async function ready(who: Researcher, ...args: string[]): Promise<Told> {
  const { id } = await who.lab(...args);
  return await who.becomes(id, /^ready/, 240_000);
}

async function ended(who: Researcher, id: string): Promise<void> {
  expect(await who.pier('session', 'stop', id)).toMatchObject({ exitCode: 0 });
  await until(async () => (await who.leftovers(id)).length === 0, 90_000, lookEvery);
}

const answers = () => until(async () => (await bed.on('login1', ['squeue', '-h'])).exitCode === 0, 90_000);

describe.concurrent('told within 30 seconds', () => {
  test('without munge on the login node a session is what it was; that its job is gone, the other login node knows', async () => {
    const alice = researcher(bed);
    const there = researcher(bed, 'alice', 'login2');
    const [kept, cancelled] = await Promise.all([ready(alice), ready(alice)]);
    await make('kill', 'munged@login1');
    try {
      const began = Date.now();
      expect(await alice.told(kept.id)).toMatchObject({ state: 'ready' });
      expect(Date.now() - began).toBeLessThan(inTime);
      await scancel(cancelled);
      // Its agent says so itself, whatever Slurm says.
      await alice.becomes(cancelled.id, /^(ending|ended|failed)/, inTime);
      await there.becomes(cancelled.id, /^failed .*An administrator cancelled it/, 60_000);
      expect(await alice.becomes(cancelled.id, /^failed/, inTime)).toMatchObject({ host: cancelled.host });
      expect(await alice.told(kept.id)).toMatchObject({ state: 'ready' });
    } finally {
      await make('start', 'munged@login1');
    }
    await ended(alice, kept.id);
    await ended(alice, cancelled.id);
  });

  test('a squeue that takes ten seconds (a stand-in before the real one) keeps nobody from the truth', async () => {
    const stand = '#!/bin/sh\nsleep 10\nexec /usr/bin/squeue "$@"\n';
    const place = 'mkdir -p /scratch/slow && cat >/scratch/slow/squeue && chmod 755 /scratch/slow/squeue';
    await bed.must('ctl', ['sh', '-c', place], { input: stand });
    const bob = researcher(bed, 'bob', 'login2', '/scratch/slow');
    const told = await ready(bob, '--account', 'pi-ada');
    const began = Date.now();
    expect(await bob.told(told.id)).toMatchObject({ state: 'ready' });
    expect(Date.now() - began).toBeLessThan(inTime);
    await scancel(told);
    await bob.becomes(told.id, /^(ending|failed)/, inTime);
    // squeue says nothing before its ten seconds are over.
    await bob.becomes(told.id, /^failed .*An administrator cancelled it/, 10_000 + inTime);
    await ended(bob, told.id);
  });

  test('a node whose own disk fills up while a session runs there says so until there is room again', async () => {
    const dana = researcher(bed, 'dana', 'login2');
    const told = await ready(dana, '--partition', 'bigmem');
    const troubled = async () => (await dana.told(told.id)).trouble;
    await make('fill', told.host as string);
    try {
      const trouble = await until(troubled, inTime);
      expect(trouble).toMatch(/own disk .* is full: new kernels may not start/);
      expect(said(await dana.pier('session', 'list'))).toContain(`${told.id}: ${trouble}`);
      expect(said(await dana.pier('session', 'open', told.id, '--no-browser'))).toContain(trouble);
      expect(await dana.told(told.id)).toMatchObject({ state: 'ready' });
    } finally {
      await make('empty', told.host as string);
    }
    await until(async () => (await troubled()) === null, inTime);
    await ended(dana, told.id);
  });
});

test('without accounting sessions start, run and end; who cancelled one is told when it is back', async () => {
  const alice = researcher(bed);
  const kept = await ready(alice);
  await make('kill', 'slurmdbd');
  let fresh: Told;
  try {
    const began = Date.now();
    expect(await alice.told(kept.id)).toMatchObject({ state: 'ready' });
    expect(Date.now() - began).toBeLessThan(inTime);
    fresh = await ready(alice);
    await scancel(fresh);
    await alice.becomes(fresh.id, /^(ended|failed) .*cancelled/, inTime);
  } finally {
    await make('start', 'slurmdbd');
  }
  await alice.becomes(fresh.id, /An administrator cancelled it/, 120_000);
  await ended(alice, kept.id);
  await ended(alice, fresh.id);
});

test('what Slurm allowed a moment ago is not asked again; what it did not allow is', async () => {
  const stand = '#!/bin/sh\necho asked >>/scratch/asked/calls\nexec /usr/bin/sacctmgr "$@"\n';
  const place = 'mkdir -p /scratch/asked && cat >/scratch/asked/sacctmgr && chmod 755 /scratch/asked/sacctmgr';
  await bed.must('ctl', ['sh', '-c', `${place}; : >/scratch/asked/calls; chmod 666 /scratch/asked/calls`], {
    input: stand,
  });
  const alice = researcher(bed, 'alice', 'login1', '/scratch/asked');
  const calls = async () => (await bed.must('ctl', ['cat', '/scratch/asked/calls'])).length;
  await alice.sh('rm -f .local/state/pier/slurm/*/limits.json');
  const first = await alice.lab();
  const asked = await calls();
  expect(asked).toBeGreaterThan(0);
  const second = await alice.lab();
  expect(await calls()).toBe(asked);
  const refused = await alice.pier('lab', '--on', 'compute', '--detach', '--partition', 'short', '--time', '10m');
  expect(said(refused)).toContain('The partition short gives a job 2 minutes at most');
  expect(await calls()).toBeGreaterThan(asked);
  for (const { id } of [first, second]) await ended(alice, id);
});

test('a controller that was killed before it wrote a job down is told to have lost it, and the others go on', async () => {
  const alice = researcher(bed);
  const kept = await ready(alice);
  const state = (words: string) => bed.must('ctl', ['sh', '-c', `cd /var/spool && ${words}`]);
  await until(
    async () => (await bed.on('ctl', ['grep', '-q', kept.id, '/var/spool/slurmctld/job_state'])).exitCode === 0,
  );
  // What it would find had it had no time to write: its own files of a moment before.
  await state('rm -rf kept && cp -a slurmctld kept');
  const [ran, waited] = await Promise.all([ready(alice), alice.lab('--cpus', '16', '--mem', '60G')]);
  await make('kill', 'slurmctld');
  await state('find slurmctld -mindepth 1 -delete && cp -a kept/. slurmctld');
  await make('start', 'slurmctld');
  await answers();
  const lost = /^failed .*Slurm does not know it any more/;
  const told = await Promise.all([ran, waited].map(({ id }) => alice.becomes(id, lost, inTime)));
  for (const { job } of told) expect(job?.number).toMatch(/^\d+$/);
  expect(await alice.told(kept.id)).toMatchObject({ state: 'ready', job: { number: kept.job?.number } });
  for (const { id } of [ran, waited, kept]) await ended(alice, id);
});
