import { expect, test } from 'vitest';
import { loadSite } from './load.ts';
import { jupyterOnLogin, placeOf } from './place.ts';

const { profile: midway } = await loadSite({ site: 'midway3' });
const { profile: local } = await loadSite({ site: 'local' });
const job = { SLURM_JOB_ID: '7' };

test.each([
  ['midway3-login3', {}, 'login'],
  ['midway3-login3.rcc.local', {}, 'login'],
  ['midway3-login2', {}, 'login'],
  ['midway3-amd.rcc.uchicago.edu', {}, 'login'],
  ['midway3-0123', {}, 'elsewhere'],
  ['midway3-0123', { ...job, SLURMD_NODENAME: 'midway3-0123' }, 'job'],
  ['midway3-login3', job, 'login'],
  ['login-7', {}, 'login'],
  ['blogging', {}, 'elsewhere'],
  ['ada-laptop', {}, 'elsewhere'],
])('%s with %j is %s', (host, environment, place) => {
  expect(placeOf(midway, { host, environment })).toBe(place);
});

test('without a scheduler no machine is a login node, whatever it is called', () => {
  expect(placeOf(local, { host: 'login1', environment: {} })).toBe('elsewhere');
});

test('the stricter of two rules holds on login nodes', () => {
  const rule = (login_node: 'allowed' | 'forbidden', compute_policy: 'allowed-light' | null) =>
    jupyterOnLogin({ jupyter: { ...local.jupyter, login_node }, login: { ...local.login, compute_policy } });
  expect(rule('allowed', null)).toBe('allowed');
  expect(rule('allowed', 'allowed-light')).toBe('allowed-light');
  expect(rule('forbidden', 'allowed-light')).toBe('forbidden');
});
