import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
import { quote } from '../shell/index.ts';
import type { Environment } from './environment.ts';

/** Names that mean something else to conda, which sees these environments too. */
const reserved = new Set(['base', 'root']);

/** Bytes of a prefix. conda can write no longer ones into its packages, and `#!` lines hold fewer still. */
const longestPrefix = 200;

/** Throws `name-invalid` unless `name` can be the name of a directory, of a kernel, and of a word in every shell. */
export function checkName(name: string, root: string): void {
  const why = complaint(name);
  if (why) {
    throw new PierError('name-invalid', `${JSON.stringify(name)} cannot be the name of an environment: ${why}.`, {
      hint: 'Use letters, digits, and - _ . + after the first, such as: my-analysis',
    });
  }
  const length = Buffer.byteLength(path.join(root, name));
  if (length <= longestPrefix) return;
  throw new PierError(
    'name-invalid',
    `${tilde(path.join(root, name))} is ${length} bytes long, more than ${longestPrefix}.`,
    {
      hint: 'Take a shorter name, or set environments.root in the site profile to a shorter path.',
    },
  );
}

/** Throws `name-invalid` for a directory that no environment can be in: PATH could not name it. */
export function checkPlace(root: string): void {
  const bad = /[:;\p{Cc}]/u.exec(root)?.[0];
  if (!bad) return;
  throw new PierError('name-invalid', `No environment can be in ${tilde(root)}: it has ${JSON.stringify(bad)} in it.`, {
    hint: 'PATH has ":" between its entries. Take another directory: --root DIRECTORY',
  });
}

function complaint(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (reserved.has(name)) return 'conda uses that name for its own environment';
  if (name.includes('/')) return 'it has a slash in it, so it is a path';
  if (/^[-.]/.test(name)) return `it begins with a ${name[0] === '-' ? 'dash' : 'dot'}`;
  if (/\p{Cc}/u.test(name)) return 'it has a control character in it';
  const bad = /[^\p{L}\p{N}\p{M}_.+-]/u.exec(name)?.[0];
  if (bad) return `it has ${JSON.stringify(bad)} in it`;
  return /^[\p{L}\p{N}_]/u.test(name) ? undefined : 'it begins with neither a letter nor a digit';
}

/** What a person types for an environment: its name where pier finds it by that, else its path. */
export function typedName({ name, prefix, origin }: Environment): string {
  return origin === 'owned' || origin === 'public' ? quote(name) : quote(prefix);
}
