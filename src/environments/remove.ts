import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { discard } from './discard.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';

/** Says in plain words who uses an environment, or null. Rooms above know about sessions; this one does not. */
export type InUse = (prefix: string) => Promise<string | null>;

/**
 * Removes an environment that pier made: gone from every list at once, then deleted.
 *
 * Errors: those of `findEnvironment`, `environment-foreign`, `environment-in-use`.
 */
export async function removeEnvironment(
  site: Site,
  name: string,
  options: { readonly inUse?: InUse } = {},
): Promise<Environment> {
  const environment = await findEnvironment(site, name);
  if (environment.origin !== 'owned') throw foreign(environment);
  const user = await options.inUse?.(environment.prefix);
  if (user) {
    throw new PierError('environment-in-use', `${environment.name} is not removed: ${user}.`, {
      hint: 'pier session list',
    });
  }
  await discard(path.dirname(environment.prefix), environment.prefix);
  return environment;
}

function foreign({ prefix, kind }: Environment): PierError {
  return new PierError('environment-foreign', `pier did not make ${tilde(prefix)}, so it does not remove it.`, {
    hint: kind === 'conda' ? `conda env remove --prefix '${prefix}'` : `By hand, if it is yours: rm -rf '${prefix}'`,
  });
}
