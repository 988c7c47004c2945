/** The machines of the testbed, their two networks, and who lives there: data only. */

export type Role = 'controller' | 'login' | 'compute' | 'laptop';

export interface Host {
  readonly name: string;
  readonly role: Role;
  /** Address on the cluster's own network; the laptop has none. */
  readonly cluster?: string;
  /** Address on the campus network, which only login nodes and the laptop are on. */
  readonly campus?: string;
  /** Its graphics cards, of one kind: files in its `/dev`, and behind them nothing. */
  readonly gpus?: { readonly type: string; readonly count: number };
}

/**
 * The networks exist in the testbed's own namespaces only, so every testbed uses the same addresses: the cluster's are
 * those that Midway's compute nodes have (10.50.0.0/16).
 */
export const hosts: readonly Host[] = [
  { name: 'ctl', role: 'controller', cluster: '10.50.0.2' },
  { name: 'login1', role: 'login', cluster: '10.50.0.11', campus: '10.51.0.11' },
  { name: 'login2', role: 'login', cluster: '10.50.0.12', campus: '10.51.0.12' },
  { name: 'c1', role: 'compute', cluster: '10.50.0.21' },
  { name: 'c2', role: 'compute', cluster: '10.50.0.22' },
  { name: 'bm1', role: 'compute', cluster: '10.50.0.31' },
  { name: 'g1', role: 'compute', cluster: '10.50.0.41', gpus: { type: 'a100', count: 4 } },
  { name: 'g2', role: 'compute', cluster: '10.50.0.42', gpus: { type: 'v100', count: 2 } },
  { name: 'laptop', role: 'laptop', campus: '10.51.0.2' },
];

/** The name that both login nodes answer to, in turn. */
export const loginName = { name: 'login.cluster', address: '10.51.0.10' } as const;

/** Slurm's name for the cluster. */
export const clusterName = 'pier';

export interface Person {
  readonly name: string;
  readonly uid: number;
  /** What sshd asks of this person. */
  readonly signIn: 'key' | 'key+code' | 'password+code';
  /** Unix groups, which are also the Slurm accounts and the project directories; the first is the default account. */
  readonly projects: readonly string[];
  /** What a full home says: EDQUOT with a quota, else ENOSPC. */
  readonly home?: 'quota';
}

/** As on Midway, the group and the account of the principal investigator `ada` are `pi-ada`, her folder `/project/ada`. */
export const people: readonly Person[] = [
  { name: 'alice', uid: 20001, signIn: 'key', projects: ['pi-ada'] },
  { name: 'bob', uid: 20002, signIn: 'key+code', projects: ['pi-ada', 'pi-grace'] },
  { name: 'dana', uid: 20003, signIn: 'password+code', projects: ['pi-grace'], home: 'quota' },
  { name: 'eve', uid: 20004, signIn: 'key', projects: [] },
];

/** Group numbers; a person's own group has the number of the person. */
export const projects: ReadonlyMap<string, number> = new Map([
  ['pi-ada', 21001],
  ['pi-grace', 21002],
]);

/** The password of whoever signs in by one, and the secret of every second factor (RFC 6238, base32). */
export const password = 'pier-pass';
export const codeSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** A host by its name; throws for a name there is none of. */
export function hostNamed(name: string): Host {
  const host = hosts.find((one) => one.name === name);
  if (!host) throw new Error(`There is no host ${name}: ${hosts.map((one) => one.name).join(', ')}.`);
  return host;
}

/** The hosts that play a part. */
export function hostsOf(...roles: readonly Role[]): readonly Host[] {
  return hosts.filter(({ role }) => roles.includes(role));
}
