import type { Account, Partition, Qos } from './limits.ts';
import type { Resources } from './resources.ts';

/** What a wish is held against: null where it is not known, and so nothing is said. */
export interface Place {
  readonly partition: Partition;
  readonly others: readonly Partition[];
  readonly account: Account | null;
  readonly accounts: readonly Account[] | null;
  /** The QOS that hold for the job: its own, and the partition's. */
  readonly qos: readonly Qos[];
}

/** Whether a partition takes the account and the QOS. */
export function admits(partition: Partition, { account, qos }: Resources, own: Account | null): boolean {
  const name = account ?? own?.name;
  return (
    (name === undefined || allows(partition.allowedAccounts, partition.deniedAccounts, name)) &&
    (qos === null || allows(partition.allowedQos, partition.deniedQos, qos))
  );
}

export function allows(allowed: readonly string[] | null, denied: readonly string[], name: string): boolean {
  return allowed === null ? !denied.includes(name) : allowed.includes(name);
}
