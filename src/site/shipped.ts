import { shippedNames as namesIn, readShippedText } from '../files/index.ts';
import type { Written } from './leaves.ts';

// Built, a profile is JSON, checked by the tests; in the source tree it is YAML.

/** The names of all profiles shipped, abstract ones too. */
export function shippedNames(): string[] {
  return namesIn('sites').flatMap((file) => /^([\w-]+)\.(?:json|yaml)$/.exec(file)?.[1] ?? []);
}

/** A shipped profile as written; undefined when there is none of that name. Loads no YAML parser when built. */
export async function readShipped(name: string): Promise<Written | undefined> {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const json = readShippedText('sites', `${name}.json`);
  if (json !== undefined) return JSON.parse(json);
  const yaml = readShippedText('sites', `${name}.yaml`);
  if (yaml === undefined) return undefined;
  const { parse } = await import('yaml');
  return parse(yaml);
}

/**
 * The section `detect` of each profile shipped, as written. Built, it is in one small file: every command on a machine
 * without settings asks for it, and to read all the profiles for it takes 2 ms.
 */
export async function shippedDetection(): Promise<Readonly<Record<string, unknown>>> {
  const json = readShippedText('sites', 'detect.index.json');
  if (json !== undefined) return JSON.parse(json);
  const entries = shippedNames().map(async (name) => [name, (await readShipped(name))?.detect]);
  return Object.fromEntries(await Promise.all(entries));
}
