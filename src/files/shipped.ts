import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errnoOf } from './error.ts';

/** What comes with pier besides code: site profiles, lists of packages, the browser's side. */
export type ShippedFolder = 'sites' | 'catalogue' | 'web';

/** One file of each folder that is always there, as it is built and as it is in the source tree. */
const knownBy: Readonly<Record<ShippedFolder, readonly string[]>> = {
  sites: ['local.json', 'local.yaml'],
  catalogue: ['sci.json', 'sci.yaml'],
  web: ['sign-in.js'],
};

/** Names in a folder, sorted. Of the single executable they are names of assets inside, see docs/install.md. */
export function shippedNames(folder: ShippedFolder): string[] {
  const assets = assetsInside();
  if (!assets) return readdirSync(shippedDirectory(folder)).sort();
  const names: string[] = JSON.parse(assets.getAsset('names.json', 'utf8'));
  return names.filter((name) => path.dirname(name) === folder).map((name) => path.basename(name));
}

/** The text of one file; undefined when there is none of that name. Throws when pier is not installed whole. */
export function readShippedText(folder: ShippedFolder, name: string): string | undefined {
  const assets = assetsInside();
  if (assets) return shippedNames(folder).includes(name) ? assets.getAsset(`${folder}/${name}`, 'utf8') : undefined;
  try {
    return readFileSync(path.join(shippedDirectory(folder), name), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The command that starts this program again, for job scripts and the portal. */
export function thisProgram(): string[] {
  return assetsInside() ? [process.execPath] : [process.execPath, process.argv[1] as string];
}

/** Node's view of what is inside, when this program is the single executable. */
function assetsInside() {
  const sea = process.getBuiltinModule('node:sea');
  return sea.isSea() ? sea : undefined;
}

const found = new Map<ShippedFolder, string>();

/**
 * The directory of a folder. Built, this file is a part of `dist/pier.cjs` or of `dist/chunks/*.cjs`, and the folder is
 * `dist/FOLDER`. In the source tree it is two directories up; the browser's side is only there once it was built.
 */
function shippedDirectory(folder: ShippedFolder): string {
  const known = found.get(folder);
  if (known !== undefined) return known;
  const candidates = ['.', '..', '../..', '../../dist'].map((up) => path.join(import.meta.dirname, up, folder));
  const directory = candidates.find((candidate) =>
    knownBy[folder].some((name) => existsSync(path.join(candidate, name))),
  );
  if (directory === undefined) {
    throw new Error(`No ${folder}/ beside or above ${import.meta.dirname}: pier is not installed whole.`);
  }
  found.set(folder, directory);
  return directory;
}
