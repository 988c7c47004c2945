import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SlurmStandIns, slurmStandIns } from '../../../test/slurm-stand-ins.ts';
import type { SlurmJob } from '../job.ts';
import { answersDirectory } from './cluster.ts';
import { query } from './query.ts';

// When each of the clocks was what: the programs are stand-ins.

let slurm: SlurmStandIns;
const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

beforeAll(async () => {
  slurm = await slurmStandIns('clocks');
});
afterAll(() => slurm[Symbol.asyncDispose]());

let count = 0;
beforeEach(() => slurm.waiting());

const jobOf = (submitted: string): SlurmJob => {
  const name = `pier-lab-clock${++count}-1`;
  return { engine: 'slurm', job: String(100 + count), name, cluster: null, submitted };
};

/** An answer without jobs, by another host; `recent`: when Slurm was asked, by which it may be asked again. */
async function answered(taken: string, recent: readonly string[]): Promise<void> {
  await mkdir(await answersDirectory(), { recursive: true, mode: 0o700 });
  const record = { version: 1, recent, asking: false, taken, value: [], failure: null };
  await writeFile(path.join(await answersDirectory(), 'queue.json'), JSON.stringify(record), { mode: 0o600 });
  await writeFile(
    path.join(await answersDirectory(), 'ended.json'),
    JSON.stringify({ version: 1, recent: [], value: {} }),
    {
      mode: 0o600,
    },
  );
}

const skews = [-120, -10, -2, 0, 2, 10, 120];

test.each(skews)(
  'a job that was submitted after Slurm was asked waits, by whichever clock that was: %i s off',
  async (skew) => {
    // Asked a moment before, and so often that it may not be asked again.
    await answered(at(skew - 1), [at(-1), at(-2)]);
    expect(await query(jobOf(at(0)), { patienceMs: 1500 })).toMatchObject({ state: 'queued' });
  },
);

test.each(skews)(
  'a job that is there is found by a new question, whatever the clock of the answer before: %i s off',
  async (skew) => {
    const job = jobOf(at(0));
    await answered(at(skew - 1), []);
    await slurm.waiting({ id: job.job, name: job.name });
    expect(await query(job, {})).toMatchObject({
      state: 'queued',
      reason: expect.stringMatching(/first|before|priority/i),
    });
  },
);

test.each(skews)(
  'a job that the controller lost is told as lost, though the host that submitted it was %i s off',
  async (skew) => {
    const job = jobOf(at(skew));
    await answered(at(-20), [at(-20)]);
    expect(await query(job, {})).toMatchObject({
      state: 'gone',
      end: null,
      reason: expect.stringContaining('lost it'),
    });
    // Who reads that answer knows it, too.
    expect(await query(job, {})).toMatchObject({ state: 'gone' });
  },
);

test('what accounting, asked once by another clock, does not know yet is not settled', async () => {
  const job = jobOf(at(-400));
  await answered(at(-1), [at(-1), at(-2)]);
  const over = {
    id: job.job,
    state: 'FAILED',
    reason: '',
    start: at(-30),
    end: at(-1),
    left: 0,
    host: 'c1',
    name: job.name,
  };
  const queue = { version: 1, recent: [at(-1), at(-2)], asking: false, taken: at(-1), value: [over], failure: null };
  await writeFile(path.join(await answersDirectory(), 'queue.json'), JSON.stringify(queue), { mode: 0o600 });
  const entry = { id: job.job, first: at(-120), last: at(-120), listed: false, end: null };
  entry.last = entry.first;
  const ended = {
    version: 1,
    recent: [at(-1), at(-2)],
    asking: false,
    taken: at(-120),
    value: { [job.name]: entry },
    failure: null,
  };
  await writeFile(path.join(await answersDirectory(), 'ended.json'), JSON.stringify(ended), { mode: 0o600 });
  expect(await query(job, { patienceMs: 1500 })).toMatchObject({ state: 'ending' });
});
