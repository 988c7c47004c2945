import { expect, test } from 'vitest';
import { loadSite } from '../../site/index.ts';
import { chooseResources } from './choose.ts';
import type { Typed } from './remembered.ts';

const { profile } = await loadSite({ site: 'midway3' });
const usual = { ...profile.jupyter.batch, cpus: profile.jupyter.batch.tasks_per_node, path: 'jupyter.batch' };
const choose = (typed: Typed, before: Typed = {}, on = profile) => chooseResources(on, usual, typed, before);

test('without a word it is as the profile has it, and that is said', () => {
  const { resources, origins } = choose({});
  expect(resources).toMatchObject({ seconds: 14_400, memory: 8192, cpus: 1, partition: 'caslake', gpus: null });
  expect(origins).toContainEqual({
    option: 'time',
    value: '04:00:00',
    from: 'the site’s profile (jupyter.batch.time)',
    remembered: false,
  });
});

test('what is typed counts before last time, and last time before the profile', () => {
  const { resources, origins } = choose({ time: '2h' }, { time: '1h', mem: '16G' });
  expect(resources).toMatchObject({ seconds: 7200, memory: 16_384, cpus: 1 });
  expect(origins.map(({ option, from }) => [option, from])).toEqual([
    ['time', 'the command line'],
    ['mem', 'last time'],
    ['cpus', 'the site’s profile (jupyter.batch.tasks_per_node)'],
    ['partition', 'the site’s profile (slurm.default_partition)'],
  ]);
});

test('a partition that is typed leaves behind the GPUs and the QOS of last time', () => {
  const { resources } = choose({ partition: 'bigmem' }, { partition: 'gpu', gpus: 'a100:1', qos: 'debug', mem: '4G' });
  expect(resources).toMatchObject({ partition: 'bigmem', gpus: null, qos: null, memory: 4096 });
});

test('GPUs go to the partition that has them, and are asked for as the profile says', () => {
  expect(choose({ gpus: 'a100:1' }).resources).toMatchObject({
    partition: 'gpu',
    gpus: { count: 1, type: 'a100', select: 'constraint' },
  });
  expect(choose({ gpus: 'a100', partition: 'other' }).resources.gpus).toMatchObject({ select: 'gres' });
  expect(choose({ gpus: '0' }, { gpus: '2' }).resources).toMatchObject({ gpus: null, partition: 'caslake' });
});

test('where two partitions have such GPUs, both are named', () => {
  const { gpu = {} } = profile.slurm.partitions;
  const two = { ...profile, slurm: { ...profile.slurm, partitions: { one: gpu, two: gpu } } };
  expect(() => choose({ gpus: '1' }, {}, two)).toThrow(expect.objectContaining({ hint: '--partition one' }));
});

test.each<[Typed, RegExp]>([
  [{ time: '4:00' }, /hours or minutes/],
  [{ mem: '8' }, /needs a unit/],
  [{ partition: 'caslake; rm' }, /no name/],
  [{ qos: '--wrap' }, /no name/],
])('%j is refused', (typed, why) => {
  expect(() => choose(typed)).toThrow(why);
});
