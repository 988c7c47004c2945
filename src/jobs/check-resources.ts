import { sizeComplaints } from './check-size.ts';
import type { Account, Complaint, Limits, Partition } from './limits.ts';
import { admits, allows, type Place } from './place.ts';
import type { Resources } from './resources.ts';
import { oneOf, timeInWords, typedTime } from './words.ts';

/** See `checkResources` in engine.ts. */
export function checkResources(wanted: Resources, limits: Limits): readonly Complaint[] {
  const accounts = limits.accounts.known ? limits.accounts.value : null;
  const account = accountOf(wanted, accounts);
  const own = [...accountComplaints(wanted, accounts), ...qosComplaints(wanted, account, limits)];
  if (!limits.partitions.known) return own;
  const others = limits.partitions.value;
  const partition = others.find(({ name, isDefault }) =>
    wanted.partition === null ? isDefault : name === wanted.partition,
  );
  if (!partition)
    return wanted.partition === null ? own : [noPartition(wanted.partition, wanted, others, account), ...own];
  const qos = limits.qos.known
    ? limits.qos.value.filter(({ name }) => [qosOf(wanted, account), partition.qos].includes(name))
    : [];
  const place = { partition, others, account, accounts, qos };
  return [
    ...partitionComplaints(wanted, place),
    ...own,
    ...timeComplaints(wanted, place),
    ...sizeComplaints(wanted, place),
  ];
}

function accountOf({ account }: Resources, accounts: readonly Account[] | null): Account | null {
  return accounts?.find(({ name, isDefault }) => (account === null ? isDefault : name === account)) ?? null;
}

function qosOf({ qos }: Resources, account: Account | null): string | null {
  return qos ?? account?.defaultQos ?? null;
}

function noPartition(name: string, wanted: Resources, all: readonly Partition[], account: Account | null): Complaint {
  const names = all.filter((one) => one.up && admits(one, wanted, account)).map((partition) => partition.name);
  return { option: 'partition', message: `There is no partition ${name}.`, change: `--partition ${oneOf(names, 12)}` };
}

function accountComplaints({ account, partition }: Resources, accounts: readonly Account[] | null): Complaint[] {
  if (accounts === null) return [];
  const usable = accounts.filter(({ maxSubmitted }) => maxSubmitted !== 0).map(({ name }) => name);
  const change =
    usable.length > 0
      ? `--account ${oneOf(usable)}`
      : 'Ask the site’s support, or whoever leads your project, for an account.';
  const about = (message: string): Complaint[] => [{ option: 'account', message, change }];
  if (accounts.length === 0) return about('You have no account in Slurm.');
  const own = accountOf({ account } as Resources, accounts);
  if (!own) return account === null ? [] : about(`You may not use the account ${account}.`);
  if (own.maxSubmitted === 0) return about(`No job may be submitted with the account ${own.name}.`);
  if (partition !== null && own.partitions.length > 0 && !own.partitions.includes(partition)) {
    return about(`You may use the account ${own.name} in ${oneOf(own.partitions)} only, not in ${partition}.`);
  }
  return [];
}

function qosComplaints({ qos }: Resources, account: Account | null, limits: Limits): Complaint[] {
  if (qos === null) return [];
  const allowed = account && account.qos.length > 0 ? account.qos : null;
  const change = allowed ? `--qos ${oneOf(allowed)}` : 'Leave --qos out.';
  if (limits.qos.known && !limits.qos.value.some(({ name }) => name === qos)) {
    return [{ option: 'qos', message: `There is no QOS ${qos}.`, change }];
  }
  if (!allowed || allowed.includes(qos)) return [];
  return [{ option: 'qos', message: `The account ${account?.name} may not use the QOS ${qos}.`, change }];
}

function partitionComplaints(wanted: Resources, { partition, others, account }: Place): Complaint[] {
  const { name } = partition;
  const usable = others.filter((one) => one.up && admits(one, wanted, account)).map((one) => one.name);
  const change =
    usable.length > 0 ? `--partition ${oneOf(usable)}` : 'Ask the site’s support which partition you may use.';
  if (!partition.up) {
    return [
      {
        option: 'partition',
        message: `The partition ${name} is ${partition.state.toLowerCase()}: it starts no jobs.`,
        change,
      },
    ];
  }
  if (admits(partition, wanted, account)) return [];
  const accountName = wanted.account ?? account?.name;
  const { qos } = wanted;
  if (qos !== null && !allows(partition.allowedQos, partition.deniedQos, qos)) {
    const instead = partition.allowedQos ? `--qos ${oneOf(partition.allowedQos)}` : 'Leave --qos out.';
    return [{ option: 'qos', message: `The partition ${name} does not take the QOS ${qos}.`, change: instead }];
  }
  return [{ option: 'partition', message: `The partition ${name} is not for the account ${accountName}.`, change }];
}

function timeComplaints(wanted: Resources, place: Place): Complaint[] {
  const seconds = wanted.seconds ?? place.partition.defaultTime;
  if (seconds === null) return [];
  const limits = [
    [`The partition ${place.partition.name}`, place.partition.maxTime],
    ...place.qos.map((qos) => [`The QOS ${qos.name}`, qos.maxTime] as const),
    [`The account ${place.account?.name}`, place.account?.maxTime ?? null],
  ] as const;
  const known = limits.flatMap(([who, most]) => (most === null ? [] : [{ who, most }])).sort((a, b) => a.most - b.most);
  const [strictest] = known;
  if (!strictest || seconds <= strictest.most) return [];
  const asked =
    wanted.seconds === null
      ? `without --time it gets ${timeInWords(seconds)}`
      : `you asked for ${timeInWords(seconds)}`;
  const longer = place.others.filter(
    (one) =>
      one.up &&
      one !== place.partition &&
      admits(one, wanted, place.account) &&
      (one.maxTime ?? Number.POSITIVE_INFINITY) >= seconds,
  );
  const elsewhere =
    strictest.most === place.partition.maxTime && longer.length > 0
      ? `, or --partition ${oneOf(longer.map(({ name }) => name))}`
      : '';
  const message = `${strictest.who} gives a job ${timeInWords(strictest.most)} at most; ${asked}.`;
  return [{ option: 'time', message, change: `--time ${typedTime(strictest.most)}${elsewhere}` }];
}
