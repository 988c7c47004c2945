import {
  activeEnvironment,
  type Environment,
  findEnvironment,
  refuseUntrusted,
  refuseUnusable,
} from '../environments/index.ts';
import type { Site } from '../site/index.ts';
import type { CommandContext } from './command.ts';

/** For a program: the environment that `-e` names, else the active one, else the site's; one that can be used. */
export async function environmentInForce({ options }: CommandContext, site: Site): Promise<Environment> {
  const named = options.value('env');
  const active = named === undefined ? await activeHere(site) : undefined;
  const environment = active ?? (await findEnvironment(site, named ?? site.profile.jupyter.environment));
  refuseUnusable(environment);
  await refuseUntrusted(environment);
  return environment;
}

/** One that was deleted meanwhile is none. */
async function activeHere(site: Site): Promise<Environment | undefined> {
  const active = activeEnvironment();
  return active ? await findEnvironment(site, active.prefix).catch(() => undefined) : undefined;
}
