import { PierError } from '../files/index.ts';
import { isInJob, type Site } from '../site/index.ts';

/** Where there is a network, as far as the profile knows. */
export function elsewhere({ profile }: Site): string {
  const { network, login } = profile;
  const kept = 'what was downloaded stays in the cache.';
  const blocked = network?.login_internet === 'blocked';
  if (!blocked && isInJob()) {
    const node = login.nodes[0] ?? login.host ?? 'a login node';
    return `Compute nodes may have no network: run the same on ${node}; ${kept}`;
  }
  return `Check the network (and HTTPS_PROXY), or run the same where there is one; ${kept}`;
}

/** The same error; of a network that did not answer it says where to run the command instead. */
export function sayWhere(site: Site, error: unknown): unknown {
  if (!(error instanceof PierError) || error.code !== 'offline') return error;
  return new PierError(error.code, error.message, { cause: error, hint: elsewhere(site) });
}
