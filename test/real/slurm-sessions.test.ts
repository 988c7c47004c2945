import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { browserOn, lookEvery, type Researcher, researcher, type Told, terminalOn } from './cluster.ts';
import { newNotebook, printed } from './jupyterlab.ts';
import { said } from './pier.ts';

let bed: Testbed;
let alice: Researcher;
let bob: Researcher;
beforeAll(async () => {
  bed = await testbed('sessions');
  alice = researcher(bed);
  bob = researcher(bed, 'bob');
});
afterAll(() => bed[Symbol.asyncDispose]());

test('pier lab --on compute: a cell in a real browser runs on the compute node, and nothing is left after the stop', async () => {
  const session = await alice.lab();
  expect(session).toMatchObject({ on: 'compute', job: { number: expect.stringMatching(/^\d+$/) } });
  const { session: ready, opening } = await alice.json('session', 'open', session.id, '--wait', '--no-browser');
  expect(ready).toMatchObject({ state: 'ready', host: expect.stringMatching(/^c[12]$/) });
  const left = Date.parse(ready.ends) - Date.now();
  expect(left).toBeGreaterThan(15 * 60_000);
  expect(left).toBeLessThanOrEqual(20 * 60_000);
  {
    await using browser = await browserOn(bed, 'login1');
    const page = await browser.newPage();
    await page.goto(opening.url);
    const notebook = await newNotebook(page);
    expect(await printed(await notebook.run('import socket; print(socket.gethostname())'))).toBe(ready.host);
  }
  expect((await alice.pier('session', 'list')).stdout).toMatch(
    new RegExp(`${session.id} +lab +ready +sci +c[12] +1\\d min`),
  );
  const stopped = await alice.pier('session', 'stop', session.id);
  expect(stopped).toMatchObject({ exitCode: 0, stdout: `${session.id}: It was stopped by pier session stop.\n` });
  await until(async () => (await alice.leftovers(session.id)).length === 0, 60_000);
});

test('the script can be read, has nothing secret in it, and serves the same session when a person submits it again', async () => {
  const { id } = await alice.lab();
  await alice.becomes(id, /^ready/);
  const { script } = await alice.json('session', 'script', id);
  expect(script.text).toMatch(/^#!\/bin\/bash -l\n/);
  for (const text of [
    script.text,
    (await alice.sh(`scontrol show job ${(await alice.told(id)).job?.number}`)).stdout,
  ]) {
    expect(text).not.toMatch(/token|key=|secret/i);
  }
  // The job ends as at its time limit: nobody stopped the session.
  await bed.must('login1', ['scancel', (await alice.told(id)).job?.number as string], { user: 'alice' });
  await alice.becomes(id, /^ended/);
  await bed.must('login1', ['sbatch', script.file], { user: 'alice' });
  const again = await alice.becomes(id, /^ready/);
  expect(again.job?.number).not.toBe(script.job);
  await alice.pier('session', 'stop', id);
  await until(async () => (await alice.leftovers(id)).length === 0, 60_000);
});

describe('what a job asks for', () => {
  test('is checked against what Slurm allows, before anything is submitted, in plain words', async () => {
    const long = await alice.pier('lab', '--on', 'compute', '--detach', '--partition', 'short', '--time', '1h');
    expect(long.exitCode).toBe(2);
    expect(said(long)).toMatch(/short .*2 minutes/);
    const near = await alice.pier('lab', '--on', 'compute', '--detach', '--partition', 'caslak');
    expect(said(near)).toContain('caslake');
    const strange = await alice.pier('lab', '--on', 'compute', '--detach', '--time', '4:00');
    expect(said(strange)).toContain('is that hours or minutes?');
    const empty = await alice.pier('lab', '--on', 'compute', '--detach', '--account', 'pi-empty');
    expect(empty.exitCode).toBe(2);
    expect((await alice.json('session', 'list')).sessions).toEqual([]);
    expect(await alice.leftovers()).toEqual([]);
  });

  test('has the only account there is; of several one is asked for by name, and remembered', async () => {
    expect((await alice.pier('lab', '--on', 'compute', '--explain', '--defaults')).stdout).toContain(
      '#SBATCH --account=pi-ada\n',
    );
    const asked = await bob.pier('lab', '--on', 'compute', '--detach');
    expect(asked.exitCode).toBe(2);
    expect(said(asked)).toMatch(/There are pi-ada, pi-grace\. Try: the same with --account pi-ada/);
    const { session } = await bob.json('lab', '--on', 'compute', '--detach', '--account', 'pi-grace', '--mem', '1G');
    expect(session.job.resources).toMatchObject({ account: 'pi-grace', memory: 1024 });
    const again = await bob.pier('lab', '--on', 'compute', '--explain');
    expect(again.stdout).toContain('# --account pi-grace: from last time');
    expect(again.stderr).toContain('As last time:');
    const fresh = await bob.pier('lab', '--on', 'compute', '--explain', '--defaults', '--account', 'pi-ada');
    expect(fresh.stdout).toContain('# --mem 2G: from the site’s profile (jupyter.batch.memory)');
    await bob.pier('session', 'stop', session.id);
  });

  test('is said by the page’s own way: a script for sbatch, and the tunnel', async () => {
    const { stdout } = await alice.pier('lab', '--on', 'compute', '--explain', '--defaults', '--time', '2h');
    expect(stdout).toMatch(/^#SBATCH --time=02:00:00$/m);
    expect(stdout).toMatch(/^jupyter-lab --no-browser --ip=\$HOST_IP --port=\$PORT_NUM$/m);
    expect(stdout).toMatch(/^sbatch jupyter.sbatch$/m);
    expect(stdout).toMatch(/^ssh -N -f -L PORT:HOST_IP:PORT alice@login\.cluster/m);
  });
});

test('--on login obeys the site, --on compute needs one with a scheduler', async () => {
  const light = await alice.pier('lab', '--on', 'login', '--explain');
  expect(said(light)).toContain('login1 is a login node, which many share: light work only');
  const nowhere = await alice.pier('lab', '--on', 'compute', '--site', 'local');
  expect(said(nowhere)).toContain('The site profile local has no scheduler');
});

test('a session that waits says why and since when, can be taken out of the queue, and never starts', async () => {
  const full = (
    await bed.must('login1', ['sbatch', '--parsable', '-N2', '--exclusive', '--wrap', 'sleep 600'], { user: 'bob' })
  ).trim();
  const { id } = await alice.lab();
  const waits = await alice.becomes(id, /^queued/);
  expect(waits).toMatchObject({ host: null, ends: null });
  const refused = await alice.pier('session', 'open', id);
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toMatch(/is queued\. .* Try: pier session open \w+ --wait/);
  expect(await alice.pier('session', 'stop', id)).toMatchObject({ exitCode: 0 });
  expect(await alice.told(id)).toMatchObject({ state: 'ended', reason: 'It was stopped by pier session stop.' });
  expect(await alice.leftovers(id)).toEqual([]);
  await bed.must('login1', ['scancel', full]);
});

test('a renewed session goes on in a job of its own, at the same address, once the first is over', async () => {
  const { id } = await alice.lab();
  await alice.becomes(id, /^ready/);
  const renewed = await alice.pier('session', 'renew', id, '--time', '30m');
  expect(said(renewed)).toMatch(/starts when the present one is over.*The address stays the same\. Kernels start anew/);
  const waiting = await alice.told(id);
  expect(waiting).toMatchObject({ state: 'ready', attempt: 1, next: { job: expect.stringMatching(/^\d+$/) } });
  expect(said(await alice.pier('session', 'renew', id))).toContain('waits already');
  await bed.must('login1', ['scancel', waiting.job?.number as string], { user: 'alice' });
  const after = await until(async () => {
    const now = await alice.told(id);
    return now.attempt === 2 && now.state === 'ready' && now;
  }, 120_000);
  expect(after).toMatchObject({ next: null, job: { number: waiting.next?.job } });
  expect((after as unknown as { baseUrl: string }).baseUrl).toBe(`/s/${id}/`);
  await alice.pier('session', 'stop', id);
  await until(async () => (await alice.leftovers(id)).length === 0, 60_000);
});

test('a follow-on job ends with its session', async () => {
  const { id } = await alice.lab();
  await alice.becomes(id, /^ready/);
  await alice.pier('session', 'renew', id);
  const stopped = said(await alice.pier('session', 'stop', id));
  expect(stopped).toMatch(/stopped by pier session stop\. Its follow-on job \(Slurm’s job \d+\) is taken back, too\./);
  expect(stopped.match(/Stopping/g)).toHaveLength(1);
  await until(async () => (await alice.leftovers(id)).length === 0, 60_000);
  expect(await alice.told(id)).toMatchObject({ state: 'ended' });
});

test('a follow-on job that is held, or cancelled, is told as that, and another one is queued, one by two commands at once', async () => {
  const { id, job } = await alice.lab();
  await alice.becomes(id, /^ready/);
  await alice.pier('session', 'renew', id);
  const first = (await alice.told(id)).next?.job as string;
  const nextBecomes = (wanted: RegExp) =>
    until(
      async () => {
        const told = await alice.told(id);
        return wanted.test(`${told.next?.state} ${told.next?.reason}`) && told;
      },
      60_000,
      lookEvery,
    );
  await bed.must('login1', ['scontrol', 'hold', first], { user: 'alice' });
  await nextBecomes(new RegExp(`^queued .*for another: scancel ${first}, .*Release it: scontrol release ${first}$`));
  expect(said(await alice.pier('session', 'renew', id))).toContain('Its follow-on job will not start as it is');
  await bed.must('login1', ['scancel', first], { user: 'alice' });
  const told = await nextBecomes(/^ended .*You cancelled it \(scancel\)\./);
  expect(told).toMatchObject({ state: 'ready', attempt: 1, next: { job: first, attempt: 2 } });
  expect(said(await alice.pier('session', 'list'))).toContain(`For another: pier session renew ${id}`);
  const both = [alice, researcher(bed, 'alice', 'login2')].map((who) => who.pier('session', 'renew', id));
  const renewals = await Promise.all(both);
  expect(renewals.map(({ exitCode }) => exitCode).sort()).toEqual([0, 2]);
  expect(renewals.map(said).join()).toMatch(/waits already|has one already|Another command has just asked/);
  const { next } = await nextBecomes(/^queued A follow-on job waits/);
  expect(next).toMatchObject({ attempt: 3 });
  const queued = ['squeue', '--noheader', '--states=PD', '--format=%i', '--user=alice'];
  expect((await bed.must('login1', queued, { user: 'alice' })).trim()).toBe(next?.job);
  await bed.must('login1', ['scancel', job?.number as string], { user: 'alice' });
  await until(async () => (await alice.told(id)).attempt === 3, 60_000, lookEvery);
  expect(await alice.becomes(id, /^ready/)).toMatchObject({ attempt: 3, next: null, job: { number: next?.job } });
  await alice.pier('session', 'stop', id);
  await until(async () => (await alice.leftovers(id)).length === 0, 60_000);
});

test('in a terminal the queue is shown live; Ctrl+C asks, no leaves it there, and a second Ctrl+C takes it out', async () => {
  const full = ['sbatch', '--parsable', '-N2', '--exclusive', '--wrap', 'sleep 600'];
  const job = (await bed.must('login1', full, { user: 'bob' })).trim();
  const words = ['lab', '--on', 'compute', '--defaults', '--time', '20m', '--mem', '1G'];
  const queued = async () =>
    (await alice.json('session', 'list')).sessions.filter(({ state }: Told) => state === 'queued') as Told[];

  const first = await terminalOn(bed, 'login1', 'alice', words);
  await first.shows(/Queued.*: /);
  await first.type('C-c');
  await first.shows(/Take it out of the queue\?/);
  await first.type('n');
  await first.shows(/is queued \(session [\s\S]*status 0/);
  await first.close();
  const [kept] = await queued();
  expect(kept).toMatchObject({ state: 'queued' });

  const second = await terminalOn(bed, 'login1', 'alice', ['session', 'open', kept?.id ?? '', '--no-browser']);
  await second.shows(/Queued.*: /);
  await second.type('C-c');
  await second.shows(/status 130/);
  await second.close();
  // Who only wants to open it ends nothing.
  expect(await queued()).toHaveLength(1);

  const third = await terminalOn(bed, 'login1', 'alice', words);
  await third.shows(/Queued.*: /);
  await third.type('C-c');
  await third.shows(/Take it out of the queue\?/);
  await third.type('C-c');
  await third.shows(/has been stopped[\s\S]*status 130/);
  await third.close();
  expect((await queued()).map(({ id }) => id)).toEqual([kept?.id]);
  await alice.pier('session', 'stop', '--all');
  await bed.must('login1', ['scancel', job]);
  await until(async () => (await alice.leftovers()).length === 0, 60_000);
});
