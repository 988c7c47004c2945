import { loadModules } from '../modules/index.ts';

/**
 * Has all that pier starts from here on find these modules loaded, as if a person had loaded them before pier; gives their
 * full names. Errors: those of `loadModules`.
 */
export async function loadForThisRun(modules: readonly string[]): Promise<readonly string[]> {
  const loaded = await loadModules(modules);
  for (const name of Object.keys(process.env)) if (!(name in loaded.variables)) delete process.env[name];
  Object.assign(process.env, loaded.variables);
  return loaded.modules;
}
