import { expect, test } from 'vitest';
import { loadSite } from '../../site/index.ts';
import { noResources } from '../resources.ts';
import { changeResources } from './change.ts';

const { profile } = await loadSite({ site: 'midway3' });
const before = { ...noResources, seconds: 3600, memory: 8192, account: 'pi-ada', partition: 'caslake' };

test('only what is typed changes', () => {
  expect(changeResources(profile, before, {})).toEqual(before);
  expect(changeResources(profile, before, { time: '8h', mem: '16G' })).toEqual({
    ...before,
    seconds: 28_800,
    memory: 16_384,
  });
});

test('GPUs are asked for as the new partition wants them', () => {
  const gpus = { count: 1, type: 'a100', select: 'gres' as const };
  expect(changeResources(profile, { ...before, gpus }, { partition: 'gpu' })).toMatchObject({
    partition: 'gpu',
    gpus: { ...gpus, select: 'constraint' },
  });
  expect(changeResources(profile, { ...before, gpus }, { gpus: '0' }).gpus).toBeNull();
  expect(() => changeResources(profile, before, { partition: 'a b' })).toThrow(/no name/);
});
