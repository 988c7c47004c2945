import { expect, test } from 'vitest';
import { modulesOf } from './modules.ts';

const sea = { modules: ['gcc/12', 'mpi/4'] };

test('what a person or the site had loaded before is not the environment’s', () => {
  expect(modulesOf(sea, {})).toEqual({ ours: ['mpi/4', 'gcc/12'], left: [] });
  expect(modulesOf(sea, { LOADEDMODULES: 'slurm/1:gcc/12' })).toEqual({ ours: ['mpi/4'], left: [] });
});

test('of what the job’s script has loaded, that is left which the environment needs no more', () => {
  const env = { LOADEDMODULES: 'slurm/1:cuda/11:hwloc/2:mpi/4', _PIER_MODULES_LOADED: 'slurm/1 cuda/11 mpi/4' };
  expect(modulesOf(sea, { ...env, _PIER_MODULES_BEFORE: 'slurm/1' })).toEqual({
    ours: ['mpi/4', 'gcc/12'],
    left: ['cuda/11'],
  });
});
