import { type Environment, findEnvironment } from '../environments/index.ts';
import { PierError } from '../files/index.ts';
import type { Site } from '../site/index.ts';

/** An environment for a command that cannot make one: where there is none, the hint is the list and not `env create`. */
export async function knownEnvironment(site: Site, nameOrPath: string): Promise<Environment> {
  try {
    return await findEnvironment(site, nameOrPath);
  } catch (error) {
    if (!(error instanceof PierError) || error.code !== 'environment-unknown') throw error;
    throw new PierError(error.code, error.message, { hint: 'pier env list', cause: error });
  }
}
