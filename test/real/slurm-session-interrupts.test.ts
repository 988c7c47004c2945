import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { lookEvery, type Researcher, researcher, type Told, terminalOn } from './cluster.ts';

// Ctrl+C, a signal and a closed terminal while sbatch runs. Slurm may have heard it: what is told has to be true, and a job
// that came nevertheless has to be known, or gone.

vi.setConfig({ testTimeout: 600_000 });

let bed: Testbed;
let alice: Researcher;
beforeAll(async () => {
  bed = await testbed('sessions');
  alice = researcher(bed);
});
afterAll(() => bed[Symbol.asyncDispose]());

const make = (...words: string[]) => fault(bed.directory, words);
const answers = () => until(async () => (await bed.on('login1', ['squeue', '-h'])).exitCode === 0, 90_000);

afterEach(async () => {
  await make('thaw', 'slurmctld');
  await answers();
  await alice.pier('session', 'stop', '--all');
  await bed.must('ctl', ['sh', '-c', 'squeue -h -o %A | xargs -r scancel']);
});

const wish = ['--on', 'compute', '--defaults', '--time', '20m', '--mem', '1G'];

async function sbatchRuns(): Promise<void> {
  await until(async () => (await bed.on('login1', ['pgrep', '-u', 'alice', '-x', 'sbatch'])).exitCode === 0, 90_000);
}

/** Numbers of the jobs of a name that wait or run. */
async function living(name: string): Promise<string[]> {
  const out = await bed.must('ctl', ['squeue', '-h', '-t', 'PD,CF,R', '-n', name, '-o', '%A']);
  return out.split('\n').filter((line) => line !== '');
}

async function ready(): Promise<Told> {
  const { id } = await alice.lab();
  return await alice.becomes(id, /^ready/, 240_000);
}

async function sessionIds(): Promise<string[]> {
  return (await alice.json('session', 'list', '--all')).sessions.map(({ id }: Told) => id);
}

/** The one session that was not there before. */
async function madeSince(before: readonly string[]): Promise<string> {
  const fresh = (await sessionIds()).filter((id) => !before.includes(id));
  expect(fresh).toHaveLength(1);
  return fresh[0] as string;
}

test('Ctrl+C while Slurm is asked what it allows submits nothing', async () => {
  const before = await sessionIds();
  await alice.sh('rm -f ~/.local/state/pier/slurm/*/limits.json');
  await make('freeze', 'slurmctld');
  const terminal = await terminalOn(bed, 'login1', 'alice', ['lab', ...wish]);
  await terminal.shows(/Asking Slurm what it allows/);
  await terminal.type('C-c');
  const screen = await terminal.shows(/status \d+/);
  await terminal.close();
  expect(screen.replace(/\s+/g, ' ')).toMatch(/Interrupted\. Nothing was submitted\. .*status 130/);
  await make('thaw', 'slurmctld');
  await answers();
  expect(await sessionIds()).toEqual(before);
});

test('Ctrl+C while the controller hangs says what is known; a job that comes nevertheless is taken out of the queue', async () => {
  // With it pier knows what Slurm allows, and does not have to ask.
  await ready();
  for (const _round of [1, 2]) {
    const before = await sessionIds();
    await make('freeze', 'slurmctld');
    const terminal = await terminalOn(bed, 'login1', 'alice', ['lab', ...wish]);
    await sbatchRuns();
    const began = Date.now();
    await terminal.type('C-c');
    const screen = await terminal.shows(/status \d+/);
    expect(Date.now() - began).toBeLessThan(20_000);
    await terminal.close();
    expect(screen.replace(/\s+/g, ' ')).toMatch(
      /Interrupted\. It is not known whether Slurm took the job: .* pier session stop [a-z0-9]{8}.* status 130/,
    );
    await make('thaw', 'slurmctld');
    await answers();
    const id = await madeSince(before);
    await alice.becomes(id, /^ended .*stopped by Ctrl\+C/, 120_000);
    await until(async () => (await living(`pier-lab-${id}-1`)).length === 0, 30_000, lookEvery);
  }
});

test('Ctrl+C at a renewal leaves the session as it is, and no job that nobody knows', async () => {
  const { id } = await ready();
  await make('freeze', 'slurmctld');
  const terminal = await terminalOn(bed, 'login1', 'alice', ['session', 'renew', id]);
  await sbatchRuns();
  await terminal.type('C-c');
  const screen = await terminal.shows(/status \d+/);
  await terminal.close();
  expect(screen.replace(/\s+/g, ' ')).toMatch(
    new RegExp(`Interrupted\\. It is not known whether .* scancel --name=pier-lab-${id}-2 .* status 130`),
  );
  await make('thaw', 'slurmctld');
  await answers();
  const told = await alice.becomes(id, /^ready/, 60_000);
  const [number = null] = await living(`pier-lab-${id}-2`);
  expect(told.next === null ? null : (told.next.job ?? number)).toBe(number ?? told.next?.job ?? null);
  await alice.pier('session', 'stop', id);
  await until(async () => (await living(`pier-lab-${id}-2`)).length === 0, 60_000, lookEvery);
});

test.each(['at once', 'when pier has ended'])(
  'a terminal that is closed while sbatch runs leaves the session, where the controller is back %s',
  async (when) => {
    await ready();
    const before = await sessionIds();
    await make('freeze', 'slurmctld');
    const terminal = await terminalOn(bed, 'login1', 'alice', ['lab', ...wish]);
    await sbatchRuns();
    await terminal.close();
    const lab = ['pgrep', '-u', 'alice', '-f', '[/]pier lab --on'];
    if (when !== 'at once') await until(async () => (await bed.on('login1', lab)).exitCode !== 0, 60_000);
    await make('thaw', 'slurmctld');
    await answers();
    const id = await madeSince(before);
    const told = await alice.becomes(id, /^(starting|ready|failed)/, 120_000);
    // Where Slurm had not heard of it, there is none, and that is what is said.
    expect(await living(`pier-lab-${id}-1`)).toEqual(told.state === 'failed' ? [] : [told.job?.number]);
  },
);

test('an sbatch that takes its second (a stand-in before the real one) is not cut off: what it began is stopped in order', async () => {
  const stand = '#!/bin/sh\ntouch /scratch/late/began\nsleep 1\nexec /usr/bin/sbatch "$@"\n';
  const place =
    'rm -rf /scratch/late && mkdir -p /scratch/late && chmod 1777 /scratch/late && cat >/scratch/late/sbatch && chmod 755 /scratch/late/sbatch';
  await bed.must('ctl', ['sh', '-c', place], { input: stand });
  const command = `PATH=/scratch/late:/usr/local/bin:/usr/bin:/bin /software/pier/bin/pier lab ${wish.join(' ')}`;
  const before = await sessionIds();
  const ran = await alice.sh(
    `${command} & until [ -e /scratch/late/began ]; do sleep 0.1; done; kill -TERM $!; wait $!; echo status $?`,
  );
  const id = await madeSince(before);
  expect(ran.stderr).toContain(`Interrupted; session ${id} has been stopped.`);
  expect(ran.stdout).toContain('status 130');
  expect(await alice.told(id)).toMatchObject({ state: 'ended', reason: expect.stringContaining('signal to pier') });
  expect(await living(`pier-lab-${id}-1`)).toEqual([]);
});
