import { PierError } from '../files/index.ts';
import type { Change } from './back-end.ts';
import { normalise, requirementName } from './distributions.ts';
import type { Environment } from './environment.ts';

/**
 * What will have been asked for after a change: a requirement replaces an earlier one for the same package.
 *
 * Errors: `package-absent`, for one that is to go and is not there.
 */
export function specsAfter(
  { name, specs }: Pick<Environment, 'name' | 'specs'>,
  { install, uninstall }: Pick<Change, 'install' | 'uninstall'>,
  installed: ReadonlySet<string>,
): string[] {
  const gone = new Set(uninstall.map(normalise));
  const asked = new Set(specs.map(requirementName));
  for (const one of gone) {
    if (installed.has(one) || asked.has(one)) continue;
    throw new PierError('package-absent', `${one} is not in ${name}.`, { hint: `pier env show ${name}` });
  }
  const replaced = new Set([...gone, ...install.map(requirementName)]);
  const kept = specs.filter((spec) => !replaced.has(requirementName(spec)));
  return [...new Set([...kept, ...install])].sort();
}
