import { afterEach, expect, test, vi } from 'vitest';
import { PierError } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { sayWhere } from './elsewhere.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function siteOf(login_internet: string): Site {
  const login = { nodes: ['midway3-login1'], host: 'midway3.rcc.uchicago.edu', other_hosts: {} };
  return { profile: { scheduler: 'slurm', login, network: { login_internet } } } as unknown as Site;
}

const offline = new PierError('offline', 'The package index does not answer.', { hint: 'x' });

test('in a job without a network the login node of the profile is named', () => {
  vi.stubEnv('SLURM_JOB_ID', '5');
  vi.stubEnv('SLURMD_NODENAME', 'midway3-0001');
  expect(sayWhere(siteOf('allowed'), offline)).toMatchObject({
    code: 'offline',
    message: offline.message,
    hint: expect.stringContaining('run the same on midway3-login1'),
  });
  expect(sayWhere(siteOf('blocked'), offline)).toMatchObject({ hint: expect.stringContaining('Check the network') });
});

test('elsewhere the network is to be checked, and other errors are left alone', () => {
  vi.stubEnv('SLURM_JOB_ID', '');
  expect(sayWhere(siteOf('allowed'), offline)).toMatchObject({ hint: expect.stringContaining('Check the network') });
  const other = new PierError('no-space', 'full');
  expect(sayWhere(siteOf('allowed'), other)).toBe(other);
});
