import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { visibleIn, type World, world } from './environments-world.ts';

let channel: Channel;

beforeAll(async () => {
  channel = await condaChannel();
});

afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
});

const wanted = (name: string, specs = ['python', 'hello', 'lighthouse']) => ({
  name,
  specs,
  channels: [channel.fileUrl],
});

/** Programs that still work in a stage below this world's root. */
function workersIn(place: World): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return line.includes(path.join(place.root, '.pier-stage')) ? [line] : [];
    } catch {
      return [];
    }
  });
}

/** Fractions of how long it takes, the same in every run. */
const moments = Array.from({ length: 15 }, (_, index) => (index + 0.5) / 15);

test('killed at fifteen moments, nothing half-made is ever listed, and the next run carries on', async () => {
  await using place = await world();
  await place.run('create', wanted('first'));
  const began = performance.now();
  await place.run('create', wanted('measured'));
  const whole = performance.now() - began;
  for (const moment of moments) {
    const running = await place.start('create', wanted('sea'));
    await new Promise((resolve) => setTimeout(resolve, whole * moment));
    running.child.kill('SIGKILL');
    await running.ended;
    const listed = (await place.run('list')).value?.filter(({ name }) => name === 'sea') ?? [];
    if (listed.length === 0) continue;
    // It was published before the signal came: then it is whole.
    expect(listed).toMatchObject([{ state: 'ok', origin: 'owned' }]);
    const prefix = path.join(place.root, 'sea');
    expect(execFileSync(path.join(prefix, 'bin', 'hello'), { env: {}, encoding: 'utf8' })).toContain(prefix);
    await place.run('remove', { name: 'sea' });
  }
  const again = await place.run('create', wanted('sea'));
  expect(again.value).toMatchObject({ name: 'sea', state: 'ok' });
  expect(await visibleIn(place.root)).toEqual(['.pier-packages', 'first', 'measured', 'sea']);
  expect(workersIn(place)).toEqual([]);
}, 900_000);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends py-rattler too, and takes the stage away',
  async (signal) => {
    await using place = await world();
    for (const step of ['resolve', 'compile']) {
      const running = await place.start('create', wanted('sea'));
      await running.step(step);
      running.child.kill(signal);
      const { error } = await running.ended;
      expect(error, step).toMatchObject({ code: 'interrupted' });
      expect(
        (await visibleIn(place.root)).filter((name) => name !== '.pier-packages'),
        step,
      ).toEqual([]);
      expect(workersIn(place), step).toEqual([]);
    }
  },
  400_000,
);

test('four at once with an empty package cache: two of one name, two others, and all are whole', async () => {
  await using place = await world();
  const names = ['same', 'same', 'one', 'two'];
  const started = await Promise.all(names.map((name) => place.start('create', wanted(name))));
  const answers = await Promise.all(started.map(({ ended }) => ended));
  expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
  for (const name of ['same', 'one', 'two']) {
    const prefix = path.join(place.root, name);
    expect(execFileSync(path.join(prefix, 'bin', 'lighthouse'), { env: {}, encoding: 'utf8' })).toContain(prefix);
  }
}, 600_000);
