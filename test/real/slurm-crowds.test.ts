import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Testbed, testbed } from '../testbed/fixture.ts';
import { type Jobs, jobsIn, noStandIns, standIn } from './slurm-world.ts';

let bed: Testbed;
let jobs: Jobs;
beforeAll(async () => {
  bed = await testbed();
  jobs = await jobsIn(bed);
});
afterAll(() => bed[Symbol.asyncDispose]());

/** No test waits for what another one asked. */
beforeEach(() => bed.must('login1', ['rm', '-rf', '.local/state/pier/slurm'], { user: 'alice' }));

let count = 0;
const token = () => `pier-crowd${process.pid}-${++count}`;
const resources = { seconds: 600, memory: 50 };
const scancel = () => bed.must('ctl', ['sh', '-c', 'squeue -h -o %A | xargs -r scancel']);

test('a hundred jobs submitted at once by four processes are a hundred jobs', async () => {
  const names = Array.from({ length: 100 }, token);
  const parts = [0, 1, 2, 3].map((part) => names.slice(25 * part, 25 * (part + 1)));
  const answered = await Promise.all(
    parts.map((part, index) =>
      jobs('submitMany', { names: part, script: 'sleep 60', resources }, { host: index % 2 ? 'login1' : 'login2' }),
    ),
  );
  const submitted = answered.flatMap(({ value }) => value ?? []);
  expect(submitted.map(({ name }) => name)).toEqual(names);
  const listed = await bed.must('login1', ['squeue', '-h', '-t', 'all', '-o', '%A %j']);
  const there = listed.split('\n').filter((line) => names.includes(line.split(' ')[1] ?? ''));
  expect(there.sort()).toEqual(submitted.map(({ job, name }) => `${job} ${name}`).sort());
  await scancel();
});

test('fifty sessions, asked after all the time by six processes on two login nodes, cost four questions a minute', async () => {
  const variables = { ...(await standIn(bed, 'squeue', '')), ...(await standIn(bed, 'sacct', '')) };
  const names = Array.from({ length: 50 }, token);
  const submitted = (await jobs('submitMany', { names, script: 'sleep 300', resources })).value ?? [];
  expect(submitted).toHaveLength(50);
  const hosts = ['login1', 'login2', 'login1', 'login2', 'login1', 'login2'];
  const watched = await Promise.all(
    hosts.map((host) => jobs('watch', { jobs: submitted, forMs: 75_000 }, { host, variables })),
  );
  for (const { value } of watched) expect(value?.ms).toBeLessThan(30_000);
  const times = (await bed.must('ctl', ['cat', '/scratch/calls'])).trim().split('\n').map(Number.parseFloat);
  const mostInAMinute = Math.max(
    ...times.map((from) => times.filter((time) => time >= from && time < from + 60).length),
  );
  expect(mostInAMinute).toBeGreaterThan(2);
  expect(mostInAMinute).toBeLessThanOrEqual(4);
  await noStandIns(bed);
  await scancel();
});
