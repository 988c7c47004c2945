import { expect, test } from 'vitest';
import type { Account } from '../limits.ts';
import { type AccountQuestion, chooseAccount } from './account.ts';

const account = (name: string, more: Partial<Account> = {}): Account => ({
  name,
  isDefault: false,
  partitions: [],
  qos: [],
  defaultQos: null,
  maxTime: null,
  maxSubmitted: null,
  maxCpus: null,
  maxGpus: null,
  ...more,
});

const asked: (readonly string[])[] = [];

function choose(known: readonly Account[] | string, more: Partial<AccountQuestion> = {}) {
  asked.length = 0;
  return chooseAccount({
    typed: undefined,
    variable: undefined,
    before: undefined,
    accounts: typeof known === 'string' ? { known: false, reason: known } : { known: true, value: known },
    partition: 'caslake',
    required: true,
    ask: async (names) => {
      asked.push(names);
      return names.at(-1) as string;
    },
    ...more,
  });
}

test('the only account there is is taken, without a question', async () => {
  expect(await choose([account('pi-ada')])).toMatchObject({ account: 'pi-ada', from: expect.stringContaining('only') });
  expect(asked).toEqual([]);
});

test('an account that takes no jobs, or none in this partition, does not count', async () => {
  const known = [account('pi-ada'), account('pi-empty', { maxSubmitted: 0 }), account('gpu', { partitions: ['gpu'] })];
  expect(await choose(known)).toMatchObject({ account: 'pi-ada', from: expect.stringContaining('takes jobs') });
  await expect(choose([account('pi-empty', { maxSubmitted: 0 })])).rejects.toMatchObject({
    code: 'account-missing',
    message: expect.stringContaining('pi-empty'),
  });
});

test('of several a person picks, the default one first; what was typed or picked before is not asked again', async () => {
  const known = [account('pi-ada'), account('pi-grace', { isDefault: true })];
  expect(await choose(known)).toMatchObject({ account: 'pi-ada' });
  expect(asked).toEqual([['pi-grace', 'pi-ada']]);
  expect(await choose(known, { before: 'pi-ada' })).toMatchObject({ account: 'pi-ada', remembered: true });
  expect(await choose(known, { typed: 'pi-grace', before: 'pi-ada' })).toMatchObject({ account: 'pi-grace' });
  expect(await choose(known, { variable: 'pi-grace' })).toMatchObject({ from: 'the variable SBATCH_ACCOUNT' });
  expect(asked).toEqual([]);
});

test('one of last time that is gone is not used', async () => {
  expect(await choose([account('pi-ada')], { before: 'pi-old' })).toMatchObject({ account: 'pi-ada' });
});

test('when the accounting does not answer, last time’s is used; else it is left to Slurm, or asked for by name', async () => {
  expect(await choose('slurmdbd is down', { before: 'pi-ada' })).toMatchObject({ account: 'pi-ada' });
  expect(await choose('slurmdbd is down', { required: false })).toMatchObject({ account: null });
  await expect(choose('slurmdbd is down')).rejects.toMatchObject({ hint: 'Name it: --account NAME' });
});

test('who has no account is told so where one is needed, and what is no name is refused', async () => {
  await expect(choose([])).rejects.toMatchObject({ code: 'account-missing' });
  expect(await choose([], { required: false })).toMatchObject({ account: null });
  await expect(choose([], { typed: '$(id)' })).rejects.toMatchObject({ code: 'usage' });
});
