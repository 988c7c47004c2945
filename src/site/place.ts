import { hostname } from 'node:os';
import type { Profile } from './site.ts';

/** Where on a site this process runs; `elsewhere` also on any machine without a scheduler. */
export type Place = 'login' | 'job' | 'elsewhere';

interface Here {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: string;
}

/**
 * Whether this is a login node of the site, a job of its scheduler, or neither.
 *
 * A login node is one that the profile names, or whose name says so: no profile knows all of them.
 */
export function placeOf(
  { scheduler, login }: Pick<Profile, 'scheduler' | 'login'>,
  { environment, host }: Here = { environment: process.env, host: hostname() },
): Place {
  if (scheduler === 'none') return 'elsewhere';
  if (isInJob(environment)) return 'job';
  const short = shortName(host);
  const named = [...login.nodes, ...(login.host ? [login.host] : []), ...Object.values(login.other_hosts)];
  if (named.some((name) => name === host || shortName(name) === short)) return 'login';
  return /(^|[-_.\d])login([-_.\d]|$)/.test(short) ? 'login' : 'elsewhere';
}

/**
 * Whether this runs in a job of Slurm's; also where no profile says that there is Slurm.
 *
 * `salloc` sets the variables of a job in a shell on the login node, all but that of the node's own daemon.
 */
export function isInJob({ SLURM_JOB_ID, SLURMD_NODENAME }: Here['environment'] = process.env): boolean {
  return Boolean(SLURM_JOB_ID && SLURMD_NODENAME);
}

function shortName(host: string): string {
  return host.split('.')[0] ?? host;
}

export type AccessRule = NonNullable<Profile['login']['compute_policy']>;

const strictness: readonly AccessRule[] = ['allowed', 'allowed-light', 'forbidden'];

/** Whether Jupyter may run on a login node: the stricter of what the profile says of Jupyter and of any program. */
export function jupyterOnLogin({ jupyter, login }: Pick<Profile, 'jupyter' | 'login'>): AccessRule {
  const rank = Math.max(strictness.indexOf(jupyter.login_node), strictness.indexOf(login.compute_policy ?? 'allowed'));
  return strictness[rank] ?? 'allowed';
}
