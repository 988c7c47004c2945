import { expect, test } from 'vitest';
import { loadSite, type Site } from '../site/index.ts';
import { chooseWhere } from './where.ts';

const midway = await loadSite({ site: 'midway3' });
const local = await loadSite({ site: 'local' });
const strict: Site = {
  ...midway,
  profile: { ...midway.profile, login: { ...midway.profile.login, compute_policy: 'forbidden' } },
};
const free: Site = {
  ...midway,
  profile: {
    ...midway.profile,
    login: { ...midway.profile.login, compute_policy: null },
    jupyter: { ...midway.profile.jupyter, login_node: 'allowed' },
  },
};

test('without a word it runs here; on a login node for light work, with a note', () => {
  expect(chooseWhere(local, undefined, 'elsewhere')).toEqual({ on: 'here', note: null });
  expect(chooseWhere(midway, undefined, 'job')).toEqual({ on: 'here', note: null });
  expect(chooseWhere(free, undefined, 'login')).toEqual({ on: 'login', note: null });
  expect(chooseWhere(midway, undefined, 'login', 'login3')).toMatchObject({
    on: 'login',
    note: expect.stringMatching(/light work only/),
  });
  expect(chooseWhere(midway, 'here', 'login', 'login3')).toMatchObject({
    on: 'login',
    note: expect.stringMatching(/--on compute/),
  });
});

test('where login nodes are for nothing of the kind, it goes to a compute node unless asked not to', () => {
  expect(chooseWhere(strict, undefined, 'login')).toMatchObject({
    on: 'compute',
    note: expect.stringMatching(/may not run on login nodes/),
  });
  for (const asked of ['here', 'login']) {
    expect(() => chooseWhere(strict, asked, 'login')).toThrow(
      expect.objectContaining({ code: 'login-node-forbidden', hint: 'the same with --on compute' }),
    );
  }
  expect(chooseWhere(strict, 'here', 'job')).toMatchObject({ on: 'here' });
});

test('--on compute needs a scheduler, --on login a login node', () => {
  expect(chooseWhere(midway, 'compute', 'elsewhere')).toEqual({ on: 'compute', note: null });
  expect(() => chooseWhere(local, 'compute', 'elsewhere')).toThrow(expect.objectContaining({ code: 'no-scheduler' }));
  expect(() => chooseWhere(local, 'login', 'elsewhere')).toThrow(/the site profile local has no login nodes/);
  expect(() => chooseWhere(midway, 'login', 'job', 'c1')).toThrow(/c1 is none of them/);
});
