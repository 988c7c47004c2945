import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Written } from './leaves.ts';

/**
 * The directory of the profiles that pier ships.
 *
 * Built, this file is a part of `dist/pier.cjs` or of `dist/chunks/*.cjs`, and the profiles are `dist/sites/*.json`,
 * checked when they were built. In the source tree they are `sites/*.yaml`, two directories up.
 */
export function shippedDirectory(): string {
  for (const up of ['.', '..', '../..']) {
    const directory = path.join(import.meta.dirname, up, 'sites');
    if (existsSync(path.join(directory, 'local.json')) || existsSync(path.join(directory, 'local.yaml')))
      return directory;
  }
  throw new Error(`No sites/ beside or above ${import.meta.dirname}: pier was not installed whole.`);
}

/** The names of all profiles shipped, abstract ones too. */
export function shippedNames(): string[] {
  const names = readdirSync(shippedDirectory()).flatMap((file) => /^([\w-]+)\.(json|yaml)$/.exec(file)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/** A shipped profile as written; undefined when there is none of that name. */
export async function readShipped(name: string): Promise<Written | undefined> {
  if (!shippedNames().includes(name)) return undefined;
  const file = path.join(shippedDirectory(), name);
  if (existsSync(`${file}.json`)) return JSON.parse(await readFile(`${file}.json`, 'utf8'));
  const { parse } = await import('yaml');
  return parse(await readFile(`${file}.yaml`, 'utf8'));
}
