import { userName } from '../../files/index.ts';
import type { Account } from '../limits.ts';
import { clusterHere } from './cluster.ts';
import { askSacctmgr, listOf, type Row } from './table.ts';
import { countOf, gpusOf, secondsOf, tresOf } from './units.ts';

const fields = [
  'cluster',
  'account',
  'user',
  'partition',
  'qos',
  'defaultqos',
  'maxwall',
  'maxtres',
  'maxsubmitjobs',
  'grpsubmitjobs',
  'grptres',
] as const;

export type Association = Row<(typeof fields)[number]>;

/**
 * The accounts that this user may submit with: what Slurm's accounting says, never the names of groups.
 *
 * `sacctmgr show associations where user=ada`, then the same for the accounts, whose own limits hold for all their users,
 * and `sacctmgr show user ada` for the default. A string says why there is no answer.
 */
export async function readAccounts(): Promise<readonly Account[] | string> {
  const [own, defaults, cluster] = await Promise.all([
    askSacctmgr(['associations', 'where', `user=${userName()}`], fields),
    askSacctmgr(['user', userName()], ['defaultaccount'] as const),
    clusterHere(),
  ]);
  if (typeof own === 'string') return own;
  const names = [...new Set(own.map(({ account }) => account))].filter((name) => name !== '');
  const shared =
    names.length === 0
      ? []
      : await askSacctmgr(['associations', 'where', `account=${names.join(',')}`, 'user='], fields);
  const usual = typeof defaults === 'string' ? null : (defaults[0]?.defaultaccount ?? null);
  return accountsIn(onlyHere(own, cluster), typeof shared === 'string' ? [] : onlyHere(shared, cluster), usual);
}

/** One slurmdbd may serve several clusters. */
function onlyHere(rows: readonly Association[], cluster: string | null): readonly Association[] {
  return cluster === null ? rows : rows.filter((row) => row.cluster.toLowerCase() === cluster);
}

/** The user's accounts, from the user's associations (one for each partition, where they differ) and the accounts' own. */
export function accountsIn(
  own: readonly Association[],
  shared: readonly Association[],
  usual: string | null,
): readonly Account[] {
  const names = [...new Set(own.map(({ account }) => account))].filter((name) => name !== '').sort();
  return names.map((name) => {
    const mine = own.filter(({ account }) => account === name);
    const all = [...mine, ...shared.filter(({ account, user }) => account === name && user === '')];
    const everywhere = mine.some(({ partition }) => partition === '');
    return {
      name,
      isDefault: name === usual,
      partitions: everywhere ? [] : mine.map(({ partition }) => partition),
      qos: [...new Set(mine.flatMap(({ qos }) => listOf(qos)))],
      defaultQos: mine[0]?.defaultqos || null,
      maxTime: smallest(all.map(({ maxwall }) => secondsOf(maxwall))),
      maxSubmitted: smallest(all.flatMap((row) => [countOf(row.maxsubmitjobs), countOf(row.grpsubmitjobs)])),
      maxCpus: smallest(
        all.flatMap(({ maxtres, grptres }) => [maxtres, grptres].map((text) => countOf(tresOf(text).get('cpu')))),
      ),
      maxGpus: smallest(all.flatMap(({ maxtres, grptres }) => [maxtres, grptres].map((text) => gpusOf(tresOf(text))))),
    };
  });
}

function smallest(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.min(...known);
}
