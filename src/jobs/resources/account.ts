import { PierError } from '../../files/index.ts';
import type { Account, Known } from '../limits.ts';
import { refuseNoName } from './partitions.ts';

export interface ChosenAccount {
  /** Null leaves it to the scheduler. */
  readonly account: string | null;
  /** Completes “from …”; null when nothing was chosen. */
  readonly from: string | null;
  readonly remembered: boolean;
}

export interface AccountQuestion {
  readonly typed: string | undefined;
  /** `SBATCH_ACCOUNT`, as sbatch reads it. */
  readonly variable: string | undefined;
  readonly before: string | undefined;
  /** Those of the user, as the scheduler has them. */
  readonly accounts: Known<readonly Account[]>;
  readonly partition: string | null;
  /** The profile says that a job without an account is refused. */
  readonly required: boolean;
  /** Asks a person which one; throws when nobody is there. */
  readonly ask: (accounts: readonly string[]) => Promise<string>;
}

/**
 * The account that pays: the one that is typed, else of last time, else the only one there is, else the one a person picks.
 *
 * Errors: `usage`, `needs-answer`, `account-missing`.
 */
export async function chooseAccount(question: AccountQuestion): Promise<ChosenAccount> {
  const { typed, variable, before, accounts, partition, required, ask } = question;
  if (typed !== undefined) return chosen(refuseNoName('account', typed), 'the command line');
  if (variable) return chosen(refuseNoName('account', variable), 'the variable SBATCH_ACCOUNT');
  if (!accounts.known) {
    if (before !== undefined) return { ...chosen(before, 'last time'), remembered: true };
    return required ? refuseUnknown(accounts.reason) : { account: null, from: null, remembered: false };
  }
  const usable = usableAccounts(accounts.value, partition);
  if (before !== undefined && usable.includes(before)) return { ...chosen(before, 'last time'), remembered: true };
  const [only, ...others] = usable;
  if (only === undefined) return noneUsable(accounts.value, partition, required);
  if (others.length > 0) return chosen(await ask(usable), 'your answer');
  const all = new Set(accounts.value.map(({ name }) => name)).size;
  return chosen(
    only,
    all === 1 ? 'Slurm: it is the only one you have' : 'Slurm: the only one of yours that takes jobs',
  );
}

function chosen(account: string, from: string): ChosenAccount {
  return { account, from, remembered: false };
}

/** The accounts that a job in this partition can be submitted with; the default one first. */
export function usableAccounts(accounts: readonly Account[], partition: string | null): string[] {
  const usable = accounts.filter(
    ({ maxSubmitted, partitions }) =>
      maxSubmitted !== 0 && (partitions.length === 0 || partition === null || partitions.includes(partition)),
  );
  const ordered = [...usable].sort((one, other) => Number(other.isDefault) - Number(one.isDefault));
  return [...new Set(ordered.map(({ name }) => name))];
}

function noneUsable(accounts: readonly Account[], partition: string | null, required: boolean): ChosenAccount {
  const names = [...new Set(accounts.map(({ name }) => name))];
  if (names.length === 0 && !required) return { account: null, from: null, remembered: false };
  const where = partition === null ? '' : ` in the partition ${partition}`;
  const why =
    names.length === 0
      ? 'Slurm knows no account of yours, and jobs need one to be charged to.'
      : `Of your accounts (${names.join(', ')}) none takes jobs${where} now.`;
  throw new PierError('account-missing', why, { hint: 'Ask the head of your group, or the site’s support.' });
}

function refuseUnknown(reason: string): never {
  throw new PierError('account-missing', `Jobs need an account here, and yours cannot be asked for: ${reason}`, {
    hint: 'Name it: --account NAME',
  });
}
