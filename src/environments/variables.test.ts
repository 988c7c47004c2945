import { expect, test } from 'vitest';
import type { Environment } from './environment.ts';
import { cutVariables, environmentVariables } from './variables.ts';

const venv: Environment = {
  name: 'sci',
  aliases: [],
  prefix: '/envs/sci',
  kind: 'venv',
  python: null,
  origin: 'owned',
  state: 'ok',
  reason: null,
  frozen: false,
  files: null,
  bytes: null,
  specs: [],
  modules: [],
  variables: {},
  created: null,
};

test('its bin leads PATH, in place of the environment that was active', () => {
  const given = environmentVariables(venv, {
    PATH: '/old/bin:/conda/bin:/usr/bin::/envs/sci/bin',
    VIRTUAL_ENV: '/old',
    VIRTUAL_ENV_PROMPT: 'old',
    CONDA_PREFIX: '/conda',
    TERM: 'xterm',
  });
  expect(given).toEqual({
    PATH: '/envs/sci/bin:/conda/bin:/usr/bin',
    VIRTUAL_ENV: '/envs/sci',
    VIRTUAL_ENV_PROMPT: 'sci',
    CONDA_PREFIX: '/conda',
    TERM: 'xterm',
    PYTHONNOUSERSITE: '1',
  });
});

test('a conda environment replaces both, and counts as the first level', () => {
  const conda: Environment = { ...venv, kind: 'conda', prefix: '/home/ada/.conda/envs/bio', name: 'bio' };
  const given = environmentVariables(conda, {
    PATH: '/old/bin:/conda/bin:/usr/bin',
    VIRTUAL_ENV: '/old',
    CONDA_PREFIX: '/conda',
    CONDA_PREFIX_1: '/deeper',
    CONDA_SHLVL: '2',
    CONDA_DEFAULT_ENV: 'base',
  });
  expect(given).toEqual({
    PATH: '/home/ada/.conda/envs/bio/bin:/usr/bin',
    CONDA_PREFIX: '/home/ada/.conda/envs/bio',
    CONDA_DEFAULT_ENV: 'bio',
    CONDA_SHLVL: '1',
    PYTHONNOUSERSITE: '1',
  });
  expect(environmentVariables({ ...conda, prefix: '/else/bio' }, {}).CONDA_DEFAULT_ENV).toBe('/else/bio');
});

test('what would leak into its Python is cut, and can be named', () => {
  const base = { PATH: '/bin', PYTHONPATH: '/modules/lib', PYTHONHOME: '/x', PYTHONSTARTUP: '/y' };
  expect(cutVariables(base)).toEqual(['PYTHONPATH', 'PYTHONHOME']);
  expect(environmentVariables(venv, base)).not.toHaveProperty('PYTHONPATH');
  expect(environmentVariables(venv, base)).toMatchObject({ PYTHONSTARTUP: '/y' });
});

test('recorded variables are replayed: search paths in front of what is there', () => {
  const recorded = { ...venv, variables: { LD_LIBRARY_PATH: '/py/lib:/ssl/lib', MODE: 'new' } };
  const given = environmentVariables(recorded, { PATH: '/bin', LD_LIBRARY_PATH: '/ssl/lib:/mine', MODE: 'old' });
  expect(given).toMatchObject({ LD_LIBRARY_PATH: '/py/lib:/ssl/lib:/mine', MODE: 'new' });
  expect(environmentVariables(recorded, { PATH: '/bin' }).LD_LIBRARY_PATH).toBe('/py/lib:/ssl/lib');
});
