import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Channel, condaChannel } from '../channel/channel.ts';
import { visibleIn, workersIn, world } from './environments-world.ts';

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
