import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../files/index.ts';
import type { Written } from './leaves.ts';

let directory: string | undefined;

/**
 * The directory of the profiles that pier ships.
 *
 * Built, this file is a part of `dist/pier.cjs` or of `dist/chunks/*.cjs`, and the profiles are `dist/sites/*.json`,
 * checked by the tests. In the source tree they are `sites/*.yaml`, two directories up.
 */
function shippedDirectory(): string {
  const candidates = ['.', '..', '../..'].map((up) => path.join(import.meta.dirname, up, 'sites'));
  directory ??= candidates.find((candidate) =>
    ['local.json', 'local.yaml'].some((file) => existsSync(path.join(candidate, file))),
  );
  if (directory === undefined) throw new Error(`No sites/ above ${import.meta.dirname}: pier is not installed whole.`);
  return directory;
}

/** The names of all profiles shipped, abstract ones too. */
export function shippedNames(): string[] {
  const files = readdirSync(shippedDirectory());
  return files.flatMap((file) => /^([\w-]+)\.(?:json|yaml)$/.exec(file)?.[1] ?? []).sort();
}

/** A shipped profile as written; undefined when there is none of that name. Loads no YAML parser when built. */
export async function readShipped(name: string): Promise<Written | undefined> {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const json = textOf(path.join(shippedDirectory(), `${name}.json`));
  if (json !== undefined) return JSON.parse(json);
  const yaml = textOf(path.join(shippedDirectory(), `${name}.yaml`));
  if (yaml === undefined) return undefined;
  const { parse } = await import('yaml');
  return parse(yaml);
}

/**
 * The section `detect` of each profile shipped, as written. Built, it is in one small file: every command on a machine
 * without settings asks for it, and to read all the profiles for it takes 2 ms.
 */
export async function shippedDetection(): Promise<Readonly<Record<string, unknown>>> {
  const json = textOf(path.join(shippedDirectory(), 'detect.index.json'));
  if (json !== undefined) return JSON.parse(json);
  const entries = shippedNames().map(async (name) => [name, (await readShipped(name))?.detect]);
  return Object.fromEntries(await Promise.all(entries));
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
