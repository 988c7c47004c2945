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

/**
 * By what name a module is loaded that was asked for by `name`; undefined: it is not. An alias, such as `gcc/latest`, has
 * another one than was asked for.
 */
export function fullName(name: string, was: readonly string[], now: readonly string[]): string | undefined {
  const family = `${name.replace(/\/.*/, '')}/`;
  const came = now.filter((one) => !was.includes(one));
  const first = [...came, ...now];
  return (
    now.find((one) => one === name) ??
    first.find((one) => one.startsWith(`${name}/`) || one.startsWith(`${name}.`)) ??
    first.find((one) => one.startsWith(family)) ??
    came.at(-1)
  );
}
