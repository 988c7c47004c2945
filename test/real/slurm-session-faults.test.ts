import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '../sandbox.ts';
import { fault } from '../testbed/fault.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { lookEvery, type Researcher, researcher, type Told } from './cluster.ts';
import { said } from './pier.ts';

// Some wait for a time limit, a dead node or a hundred jobs.
vi.setConfig({ testTimeout: 900_000 });

let bed: Testbed;
let alice: Researcher;
beforeAll(async () => {
  bed = await testbed('sessions');
  alice = researcher(bed);
});
afterAll(() => bed[Symbol.asyncDispose]());

const make = (...words: string[]) => fault(bed.directory, words);
const nothingLeft = (id?: string) => until(async () => (await alice.leftovers(id)).length === 0, 90_000, lookEvery);

/** Each test ends its own; what a failed one leaves must not fail the next. */
afterEach(async () => {
  await alice.pier('session', 'stop', '--all');
  await bed.must('ctl', ['sh', '-c', 'squeue -h -o %A | xargs -r scancel']);
  await bed.giveNodesBack();
});

async function ready(...args: string[]): Promise<Told> {
  const { id } = await alice.lab(...args);
  return await alice.becomes(id, /^ready/, 240_000);
}

/** Takes all of c1 and c2, so that whatever else is submitted waits. */
async function nodesTaken(partition = 'caslake'): Promise<string> {
  const all = ['--parsable', '-p', partition, '-N2', '-n32', '--wrap', 'sleep 900'];
  const job = (await bed.must('login1', ['sbatch', ...all], { user: 'bob' })).trim();
  await until(async () => (await bed.must('ctl', ['squeue', '-h', '-j', job, '-o', '%T'])).includes('RUNNING'), 60_000);
  return job;
}

test('a job that is cancelled by hand is told as that, and nothing is left', async () => {
  const { id, job } = await ready();
  await bed.must('login1', ['scancel', job?.number as string], { user: 'alice' });
  expect(await alice.becomes(id, /^ended/, 60_000)).toMatchObject({
    reason: expect.stringMatching(/You cancelled it/),
  });
  await nothingLeft(id);
});

test('the time limit ends a session in order, and also one whose agent hangs', async () => {
  const [orderly, hung] = await Promise.all([ready('--time', '2m'), ready('--time', '2m')]);
  const { agent } = await alice.record(hung.id, 'started.json');
  await bed.must(hung.host as string, ['kill', '-STOP', String(agent.pid)]);
  expect(await alice.becomes(orderly.id, /^ended/, 200_000)).toMatchObject({
    reason: expect.stringMatching(/time was almost over/),
  });
  // Slurm wakes it (SIGCONT) when it ends the job, so either of the two may tell.
  expect(await alice.becomes(hung.id, /^ended/, 240_000)).toMatchObject({
    reason: expect.stringMatching(/time was almost over|time limit of 2 minutes/),
  });
  await nothingLeft(hung.id);
  await nothingLeft(orderly.id);
});

test('a Jupyter that needs more memory than its job has is told so, with what to ask for', async () => {
  const config = 'x = bytearray(900 << 20)\nfor i in range(0, len(x), 4096): x[i] = 1\nimport time; time.sleep(60)\n';
  await bed.must('login1', ['sh', '-c', 'mkdir -p .jupyter; cat >.jupyter/jupyter_server_config.py'], {
    user: 'alice',
    input: config,
  });
  try {
    const { id } = await alice.lab('--mem', '300M');
    const failed = await alice.becomes(id, /^failed/);
    expect(failed.reason).toMatch(/more memory than the 300M.*--mem 1G/);
    await nothingLeft(id);
  } finally {
    // Every Jupyter after this one would need as much.
    await alice.sh('rm -r .jupyter');
  }
});

test('a preempted session is queued again, says so, and is ready once more under its own address', async () => {
  const { id, job } = await ready('--partition', 'preempt');
  const strong = await nodesTaken();
  const waits = await alice.becomes(id, /^queued/, 60_000);
  expect(waits.reason).toMatch(/back into the queue: kernels start anew/);
  await bed.must('login1', ['scancel', strong]);
  await bed.must('login1', ['scontrol', 'update', `JobId=${job?.number}`, 'StartTime=now+3']);
  expect(await alice.becomes(id, /^ready/, 240_000)).toMatchObject({ job: { number: job?.number }, attempt: 1 });
  await alice.pier('session', 'stop', id);
  await nothingLeft(id);
});

test('a node that dies: the session is lost until Slurm sees it too, then it waits for another node', async () => {
  const { id, host } = await ready();
  await make('off', host as string);
  const seen = await alice.becomes(id, /^(lost|queued|failed)/, 90_000);
  expect(seen.reason).not.toBe('');
  const after = await alice.becomes(id, /^(queued|starting|ready|failed)/, 120_000);
  if (after.state === 'queued') expect(after.reason).toMatch(/back into the queue/);
  await make('on', host as string);
  await alice.pier('session', 'stop', id);
  await nothingLeft(id);
});

test('20 seconds without a network between login node and cluster change nothing', async () => {
  const { id } = await ready();
  await make('cut', 'login1');
  const end = Date.now() + 20_000;
  const states = new Set<string>();
  // The home is on this machine, so records are read all the time; Slurm cannot be asked.
  while (Date.now() < end) states.add((await alice.told(id)).state);
  await make('mend', 'login1');
  expect([...states]).toEqual(['ready']);
  expect(await alice.becomes(id, /^ready/)).toMatchObject({ state: 'ready' });
});

describe('a controller of Slurm’s', () => {
  test('that is frozen while a session is submitted ends up with exactly one job', async () => {
    await make('freeze', 'slurmctld');
    const submitting = alice.pier('lab', '--on', 'compute', '--detach', '--defaults', '--time', '20m', '--mem', '1G');
    const { sessions } = await until(async () => {
      const listed = await alice.json('session', 'list');
      return listed.sessions.length === 1 && listed;
    }, 120_000);
    expect(sessions[0]).toMatchObject({ state: 'created' });
    await make('thaw', 'slurmctld');
    expect(await submitting).toMatchObject({ exitCode: 0 });
    const { id } = sessions[0];
    await alice.becomes(id, /^(starting|ready)/, 120_000);
    const jobs = await bed.must('ctl', ['squeue', '-h', '-n', `pier-lab-${id}-1`, '-o', '%A']);
    expect(jobs.trim().split('\n')).toHaveLength(1);
  });

  test('that is killed and started again loses no session and makes no second one', async () => {
    const { id, job } = await ready();
    await make('kill', 'slurmctld');
    expect(await alice.told(id)).toMatchObject({ state: 'ready' });
    await make('start', 'slurmctld');
    expect(await alice.becomes(id, /^ready/)).toMatchObject({ job: { number: job?.number } });
    await alice.pier('session', 'stop', id);
    await nothingLeft(id);
  });
});

test('two sessions on one node do not disturb each other', async () => {
  const [one, two] = await Promise.all([ready('--partition', 'bigmem'), ready('--partition', 'bigmem')]);
  expect([one.host, two.host]).toEqual(['bm1', 'bm1']);
  await alice.pier('session', 'stop', one.id);
  await nothingLeft(one.id);
  expect(await alice.told(two.id)).toMatchObject({ state: 'ready' });
});

test('from the other login node, which has the same home, a session is told and stopped as well', async () => {
  const there = researcher(bed, 'alice', 'login2');
  const { id, host } = await ready();
  expect(await there.told(id)).toMatchObject({ state: 'ready', host });
  expect(await there.pier('session', 'stop', id)).toMatchObject({ exitCode: 0 });
  expect(await alice.told(id)).toMatchObject({ state: 'ended', reason: 'It was stopped by pier session stop.' });
  await nothingLeft(id);
});

test('a node whose own disk is full: the session fails and says so', async () => {
  await Promise.all([make('fill', 'c1'), make('fill', 'c2')]);
  const { id } = await alice.lab();
  const failed = await alice.becomes(id, /^failed/, 120_000);
  await Promise.all([make('empty', 'c1'), make('empty', 'c2')]);
  expect(failed.reason).toMatch(/disk is full|No space left/);
  await nothingLeft(id);
});

describe('a full home', () => {
  const fill = () => alice.sh('dd if=/dev/zero of=fill bs=64k; dd if=/dev/zero of=fill2 bs=512; true');
  const empty = () => alice.sh('rm -f fill fill2');

  test('takes no new session, says why, and leaves neither job nor record', async () => {
    await fill();
    const refused = await alice.pier('lab', '--on', 'compute', '--detach');
    await empty();
    expect(refused.exitCode).toBe(2);
    expect(said(refused)).toMatch(/the disk is full/);
    expect((await alice.json('session', 'list', '--all')).sessions.filter((s: Told) => s.state === 'created')).toEqual(
      [],
    );
    expect(await alice.leftovers()).toEqual([]);
  });

  test('that became full while Slurm took a job leaves none that nobody knows', async () => {
    const taken = await nodesTaken();
    const filling = 'dd if=/dev/zero of=$HOME/fill bs=64k; dd if=/dev/zero of=$HOME/fill2 bs=512';
    await alice.sh(`mkdir -p before; cat >before/sbatch <<'END'; chmod +x before/sbatch
#!/bin/sh
/usr/bin/sbatch "$@"
{ ${filling}; } >/dev/null 2>&1
exit 0
END`);
    const { id } = await researcher(bed, 'alice', 'login1', '/home/alice/before').lab();
    await empty();
    await alice.becomes(id, /^queued/);
    expect((await alice.told(id)).job?.number).toMatch(/^\d+$/);
    expect(await alice.pier('session', 'stop', id)).toMatchObject({ exitCode: 0 });
    await bed.must('login1', ['scancel', taken], { user: 'bob' });
    await nothingLeft(id);
  });

  test('ends no session that runs, which can be stopped all the same', async () => {
    const { id } = await ready();
    await fill();
    const until45 = Date.now() + 50_000;
    const states = new Set<string>();
    while (Date.now() < until45) {
      states.add((await alice.told(id)).state);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    const renewed = await alice.pier('session', 'renew', id);
    const { next } = await alice.told(id);
    const stopped = await alice.pier('session', 'stop', id);
    const told = await alice.told(id);
    await empty();
    expect([...states]).toEqual(['ready']);
    expect([renewed.exitCode, said(renewed)]).toEqual([2, expect.stringMatching(/the disk is full/)]);
    expect(next).toBeNull();
    expect(stopped).toMatchObject({ exitCode: 0 });
    expect(told.state).toBe('ended');
    await nothingLeft(id);
  });
});

test('a hundred sessions asked for at once are a hundred jobs, each told, and all stopped', async () => {
  const taken = await nodesTaken();
  const lab = '/software/pier/bin/pier lab --on compute --detach --defaults --time 20m --mem 1G --json';
  await alice.sh(`seq 100 | xargs -P 8 -I{} sh -c '${lab} >>hundred.log 2>&1'`);
  const { sessions } = await alice.json('session', 'list');
  expect(sessions).toHaveLength(100);
  expect(new Set(sessions.map((session: Told) => session.job?.number)).size).toBe(100);
  expect(new Set(sessions.map((session: Told) => session.state))).toEqual(new Set(['queued']));
  expect(await alice.pier('session', 'stop', '--all')).toMatchObject({ exitCode: 0 });
  await bed.must('login1', ['scancel', taken]);
  await nothingLeft();
});
