import { hostname } from 'node:os';
import { PierError } from '../files/index.ts';
import { jupyterOnLogin, placeOf, type Site } from '../site/index.ts';
import type { Session } from './session.ts';

export interface Where {
  readonly on: Session['on'];
  /** What the user has to know about the choice; null when there is nothing. */
  readonly note: string | null;
}

/**
 * Where a session runs: where it was asked to, if the site lets it; else here, or, on a login node where Jupyter may not
 * run, on a compute node.
 *
 * Errors: `no-scheduler`, `no-login-node`, `login-node-forbidden`.
 */
export function chooseWhere(
  { profile, id, name }: Site,
  asked: string | undefined,
  place = placeOf(profile),
  host = hostname(),
): Where {
  const rule = jupyterOnLogin(profile);
  if (asked === 'compute') {
    if (profile.scheduler === 'none') throw withoutScheduler(id);
    return { on: 'compute', note: null };
  }
  if (asked === 'login' && place !== 'login') throw noLoginNode(profile.scheduler, id, host);
  if (place !== 'login') return { on: 'here', note: null };
  if (rule === 'forbidden') {
    if (asked === undefined) {
      return { on: 'compute', note: `Jupyter may not run on login nodes of ${name}, so it goes to a compute node.` };
    }
    throw new PierError('login-node-forbidden', `Jupyter may not run on ${host}: ${name} keeps its login nodes free.`, {
      hint: 'the same with --on compute',
    });
  }
  const light = `${host} is a login node, which many share: light work only.\nFor more: --on compute`;
  return { on: 'login', note: rule === 'allowed-light' ? light : null };
}

function withoutScheduler(id: string): PierError {
  return new PierError('no-scheduler', `The site profile ${id} has no scheduler, so there are no compute nodes here.`, {
    hint: 'Without --on it runs on this machine. Where this is a cluster: pier site show',
  });
}

function noLoginNode(scheduler: 'none' | 'slurm', id: string, host: string): PierError {
  const why = scheduler === 'none' ? `the site profile ${id} has no login nodes` : `${host} is none of them`;
  return new PierError('no-login-node', `--on login works on a login node, and ${why}.`, {
    hint: 'Without --on it runs on this machine.',
  });
}
