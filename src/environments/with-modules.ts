import { PierError } from '../files/index.ts';
import { type Leaving, type Loaded, loadModules } from '../modules/index.ts';
import type { Environment } from './environment.ts';

/**
 * What a shell in which pier's activation loaded modules has to unload when it leaves its environment, and what those took
 * the place of. `_PIER_MODULES` names them, the last one first, `_PIER_MODULES_GONE` what went, with spaces between;
 * `_PIER_MODULES_JOB` is the job that this was in: what another job's script has loaded is that job's.
 */
export function leftByActive(base: NodeJS.ProcessEnv): Leaving {
  const {
    _PIER_MODULES: modules,
    _PIER_MODULES_GONE: gone,
    _PIER_MODULES_JOB: job = '',
    SLURM_JOB_ID: now = '',
  } = base;
  return job === now ? { unload: namesIn(modules), reload: namesIn(gone) } : { unload: [], reload: [] };
}

/** The variables with an environment's modules loaded. Errors: those of `loadModules`, with what to do about it. */
export async function withModules(
  { name, modules, origin }: Pick<Environment, 'name' | 'modules' | 'origin'>,
  base: NodeJS.ProcessEnv = process.env,
  { unload, reload }: Leaving = { unload: [], reload: [] },
): Promise<Loaded> {
  const leaving = { unload: unload.filter((one) => !modules.includes(one)), reload };
  try {
    return await loadModules(modules, base, leaving);
  } catch (error) {
    if (!(error instanceof PierError)) throw error;
    // What cannot be unloaded does no harm.
    if (modules.length === 0) return { variables: base, modules };
    // On one line: of a session's reason the first is shown.
    const own = origin === 'owned' ? `   If it is to need none: pier env modules ${name} --none` : '';
    throw new PierError(error.code, `${name} needs a module. ${error.message}`, { hint: `${error.hint ?? ''}${own}` });
  }
}

function namesIn(list = ''): string[] {
  return list.split(' ').filter(Boolean);
}
