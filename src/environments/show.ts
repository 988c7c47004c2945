import type { Site } from '../site/index.ts';
import { packagesIn } from './distributions.ts';
import type { EnvironmentDetails } from './environment.ts';
import { findEnvironment } from './find.ts';

/** One environment with all that is installed in it, by reading files only. Errors: those of `findEnvironment`. */
export async function showEnvironment(site: Site, nameOrPath: string): Promise<EnvironmentDetails> {
  const environment = await findEnvironment(site, nameOrPath);
  return { ...environment, packages: packagesIn(environment) };
}
