import { PierError } from '../files/index.ts';
import { type Loaded, loadModules } from '../modules/index.ts';
import type { Environment } from './environment.ts';

/**
 * The variables with an environment's modules loaded; those that pier had loaded for the environment that is active, or for
 * the Jupyter that this runs in, are unloaded first: `around` says which, where `base` has left that already.
 *
 * Errors: those of `loadModules`, with what to do about it.
 */
export async function withModules(
  { name, modules, origin }: Pick<Environment, 'name' | 'modules' | 'origin'>,
  base: NodeJS.ProcessEnv = process.env,
  around = base,
): Promise<Loaded> {
  const unload = namesIn(around._PIER_MODULES).filter((one) => !modules.includes(one));
  const reload = unload.length > 0 ? namesIn(around._PIER_MODULES_GONE) : [];
  try {
    return await loadModules(modules, base, { unload, reload });
  } catch (error) {
    if (!(error instanceof PierError)) throw error;
    const own = origin === 'owned' ? `To have it need others, or none: pier env modules ${name} …` : '';
    throw new PierError(error.code, `${name} needs a module. ${error.message}`, {
      hint: [error.hint, own].filter(Boolean).join('\n'),
    });
  }
}

/** Of an environment's modules those that pier loads for it in `base`, or has loaded: all but a person's own. */
export function modulesLoadedFor({ modules }: Environment, base: NodeJS.ProcessEnv = process.env): string[] {
  const [loaded, before] = [(base.LOADEDMODULES ?? '').split(':'), namesIn(base._PIER_MODULES)];
  return modules.filter((name) => before.includes(name) || !loaded.includes(name));
}

function namesIn(list = ''): string[] {
  return list.split(' ').filter(Boolean);
}
