import type { Environment } from '../../environments/index.ts';

/** The modules of a session's Jupyter. */
export interface ServerModules {
  /** Those that are loaded for its environment alone, in the order to unload them in: a person's or the site's own are not. */
  readonly ours: readonly string[];
  /** What the job's script has loaded, and the environment does not need any more. */
  readonly left: readonly string[];
}

/** `env` has what was loaded before a job's script loaded any, and which that were (job-script.ts). */
export function modulesOf(
  { modules }: Pick<Environment, 'modules'>,
  env: NodeJS.ProcessEnv = process.env,
): ServerModules {
  const before = (env._PIER_MODULES_BEFORE ?? env.LOADEDMODULES ?? '').split(':');
  const byScript = (env._PIER_MODULES_LOADED ?? '').split(' ').filter((name) => name !== '' && !before.includes(name));
  return {
    ours: modules.filter((name) => !before.includes(name)).toReversed(),
    left: byScript.filter((name) => !modules.includes(name)).toReversed(),
  };
}
