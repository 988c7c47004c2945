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

/** A line break in a requirement would begin a line of its own, such as an option. Throws `spec-invalid`. */
export function refuseBreaks(requirements: readonly string[]): void {
  const broken = requirements.find((one) => /[\p{Cc}\u2028\u2029]/u.test(one.replaceAll('\t', ' ')));
  if (broken !== undefined) throw noPackage(broken);
}

/** What was typed goes on to uv or conda, which would take a word with a dash for an option. Throws `spec-invalid`. */
export function refuseOptions(words: readonly string[]): void {
  refuseBreaks(words);
  const option = words.find((word) => word.trimStart().startsWith('-'));
  if (option !== undefined) throw noPackage(option);
}

function noPackage(text: string): PierError {
  return new PierError('spec-invalid', `${JSON.stringify(text)} is no package.`, {
    hint: 'Write it as name, name==1.2 or "name>=1.2,<2" (in quotes, for the shell); a file by -f FILE.',
  });
}
