import { PierError } from '../files/index.ts';

/** `gcc`, `cuda/12.2`, `python/3.11.9-shared`: as `module avail` shows it. No path, so that only the site's are meant. */
export function isModuleName(name: string): boolean {
  return /^\w[\w.+/-]{0,199}$/.test(name) && !name.split('/').includes('..');
}

/** Errors: `module-name-invalid`. */
export function checkModuleNames(names: readonly string[]): void {
  const wrong = names.find((name) => !isModuleName(name));
  if (wrong === undefined) return;
  throw new PierError('module-name-invalid', `${JSON.stringify(wrong)} is not the name of a module.`, {
    hint: 'Write it as module avail shows it, such as cuda/12.2',
  });
}
