import { expect, test } from 'vitest';
import { checkResources } from './check-resources.ts';
import type { Account, Limits, Partition, Qos } from './limits.ts';
import { noResources, type Resources } from './resources.ts';

const account = (name: string, more: Partial<Account> = {}): Account => ({
  name,
  isDefault: false,
  partitions: [],
  qos: ['normal', 'debug'],
  defaultQos: null,
  maxTime: null,
  maxSubmitted: null,
  maxCpus: null,
  maxGpus: null,
  ...more,
});
const partition = (name: string, more: Partial<Partition> = {}): Partition => ({
  name,
  isDefault: false,
  up: true,
  state: 'UP',
  maxTime: 129_600,
  defaultTime: 3600,
  allowedAccounts: null,
  deniedAccounts: [],
  allowedQos: null,
  deniedQos: [],
  allowedGroups: null,
  submitFrom: null,
  maxCpusPerNode: null,
  maxMemoryPerNode: null,
  maxMemoryPerCpu: null,
  defaultMemoryPerCpu: null,
  defaultMemoryPerNode: null,
  qos: null,
  shapes: [{ nodes: 2, usable: 2, cpus: 48, memory: 190_000, gpus: {}, features: ['cascade'] }],
  ...more,
});
const qos = (name: string, more: Partial<Qos> = {}): Qos => ({
  name,
  maxTime: null,
  maxCpusPerUser: null,
  maxCpusPerJob: null,
  maxGpusPerUser: null,
  maxGpusPerJob: null,
  maxJobsPerUser: null,
  maxSubmittedPerUser: null,
  ...more,
});
const gpuNodes = [
  { nodes: 1, usable: 1, cpus: 48, memory: 190_000, gpus: { v100: 4 }, features: ['v100'] },
  { nodes: 1, usable: 1, cpus: 32, memory: 380_000, gpus: { a100: 2 }, features: ['a100'] },
];
const site = {
  accounts: [account('pi-ada', { isDefault: true }), account('pi-old', { partitions: ['caslake'] })],
  partitions: [
    partition('caslake', { isDefault: true }),
    partition('gpu', { shapes: gpuNodes, qos: 'gpu' }),
    partition('closed', { deniedAccounts: ['pi-ada'] }),
    partition('beagle3', { allowedQos: ['beagle3'] }),
  ],
  qos: [
    qos('normal'),
    qos('debug', { maxTime: 900, maxCpusPerUser: 4 }),
    qos('gpu', { maxGpusPerUser: 1 }),
    qos('beagle3'),
  ],
};
const known: Limits = {
  accounts: { known: true, value: site.accounts },
  partitions: { known: true, value: site.partitions },
  qos: { known: true, value: site.qos },
};
const check = (wanted: Partial<Resources>, limits = known) =>
  checkResources({ ...noResources, ...wanted }, limits).map(
    ({ option, message, change }) => `${option}: ${message} ${change}`,
  );
const gpus = (count: number, type: string | null = null, select: 'gres' | 'constraint' = 'gres') => ({
  count,
  type,
  select,
});

test.each<[Partial<Resources>, string]>([
  [
    { seconds: 200_000 },
    'time: The partition caslake gives a job 36 hours at most; you asked for 55 hours 33 minutes. --time 36h',
  ],
  [{ qos: 'debug' }, 'time: The QOS debug gives a job 15 minutes at most; without --time it gets 1 hour. --time 15m'],
  [{ qos: 'debug', seconds: 60, cpus: 5 }, 'cpus: The QOS debug gives you 4 cores at most; you asked for 5. --cpus 4'],
  [{ cpus: 64 }, 'cpus: No node of the partition caslake has more than 48 cores; you asked for 64. --cpus 48'],
  [
    { memory: 200_000, partition: 'caslake' },
    'mem: A node of the partition caslake has 185.5G for a job at most; you asked for 195.3G. --mem 185.5G, or --partition gpu',
  ],
  [
    { memory: 500_000, partition: 'caslake' },
    'mem: A node of the partition caslake has 185.5G for a job at most; you asked for 488.2G. --mem 185.5G, or at most --partition gpu --mem 371G',
  ],
  [{ gpus: gpus(1) }, 'gpus: The partition caslake has no GPUs. --partition gpu'],
  [{ gpus: gpus(1, 'h100'), partition: 'gpu' }, 'gpus: The partition gpu has no GPUs called h100. --gpus v100 or a100'],
  [
    { gpus: gpus(2, 'a100', 'constraint'), partition: 'gpu' },
    'gpus: The QOS gpu gives you 1 GPU at most; you asked for 2. --gpus a100:1',
  ],
  [
    { gpus: gpus(1, 'a100'), partition: 'gpu', cpus: 40 },
    'mem: No node of the partition gpu has 40 cores and 1 a100 GPUs together. Ask for less with --cpus, --mem or --gpus.',
  ],
  [{ gpus: gpus(1, 'a100') }, 'gpus: The partition caslake has no GPUs. --partition gpu'],
  [{ gpus: gpus(1, 'h100') }, 'gpus: No partition has GPUs called h100. --gpus v100 or a100'],
  [{ constraint: 'knl' }, 'constraint: No node of the partition caslake has the feature knl. --constraint cascade'],
  [
    { partition: 'closed' },
    'partition: The partition closed is not for the account pi-ada. --partition caslake, gpu or beagle3',
  ],
  [{ partition: 'beagle3', qos: 'normal' }, 'qos: The partition beagle3 does not take the QOS normal. --qos beagle3'],
  [
    { account: 'pi-old', partition: 'gpu' },
    'account: You may use the account pi-old in caslake only, not in gpu. --account pi-ada or pi-old',
  ],
  [{ qos: 'nope' }, 'qos: There is no QOS nope. --qos normal or debug'],
  [{ qos: 'beagle3' }, 'qos: The account pi-ada may not use the QOS beagle3. --qos normal or debug'],
])('%j', (wanted, complaint) => expect(check(wanted)).toEqual([complaint]));

test('more GPUs of a kind than a node has are refused with that kind in the words', () => {
  const gpu = site.partitions.find(({ name }) => name === 'gpu') as Partition;
  const open = { ...known, partitions: { known: true as const, value: [{ ...gpu, qos: null }] } };
  expect(check({ gpus: gpus(5, 'v100'), partition: 'gpu' }, open)).toEqual([
    'gpus: No node of the partition gpu has more than 4 v100 GPUs; you asked for 5. --gpus v100:4',
  ]);
});

test('nothing is said against what can be had, nor about what is not known', () => {
  expect(check({ seconds: 3600, cpus: 48, memory: 190_000, gpus: null, account: 'pi-ada' })).toEqual([]);
  expect(check({ gpus: gpus(1, 'v100', 'constraint'), partition: 'gpu', constraint: 'a|b' })).toEqual([]);
  const reason = 'it burns';
  const nothing = { known: false, reason } as const;
  const wild = { seconds: 10 ** 7, cpus: 10 ** 6, account: 'nope', partition: 'nope', qos: 'nope' };
  expect(check(wild, { accounts: nothing, partitions: nothing, qos: nothing })).toEqual([]);
  expect(
    check(
      { cpus: 999 },
      { ...known, partitions: { known: true, value: [partition('x', { isDefault: true, shapes: [] })] } },
    ),
  ).toEqual([]);
});
