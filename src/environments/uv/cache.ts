import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { cacheKey, type LockedPackage } from './lock.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';

/** Directories of uv's cache with unpacked wheels, one for each index: `wheels-v8/pypi`, `wheels-v8/index/<hash>`. */
export type Cache = readonly string[];

/** A name with more than 64 characters is a hash in uv's cache (uv, `WheelFilename::cache_key`). */
const longestEntry = 64;

/** Where uv's cache is, by the user's settings or the profile's: `uv cache dir`. */
export async function cacheDirectory(site: Site, uv: Uv): Promise<string> {
  const { stdout } = await run(uv.file, ['cache', 'dir'], {
    cwd: neutralDirectory,
    env: uvVariables(site, uv),
    timeoutMs: 20_000,
  });
  return stdout.trim();
}

/** Finds the buckets as uv 0.8 to 0.13 lay them out. Empty when there are none yet. */
export function readCache(root: string): Cache {
  const wheels = names(root).filter((name) => /^wheels-v\d+$/.test(name));
  return wheels.flatMap((name) => {
    const others = names(path.join(root, name, 'index')).map((index) => path.join(root, name, 'index', index));
    return [path.join(root, name, 'pypi'), ...others];
  });
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Whether uv has unpacked this package's wheel before, as far as its cache shows. */
export function isCached(cache: Cache, item: LockedPackage): boolean {
  return unpackedWheel(cache, item) !== undefined;
}

/** The directory in uv's cache with what a package's wheel holds; undefined when it is not there. */
export function unpackedWheel(cache: Cache, item: LockedPackage): string | undefined {
  const key = cacheKey(item);
  if (!key || !item.version) return undefined;
  const places = cache.flatMap((bucket) => {
    const directory = path.join(bucket, key.directory);
    if (key.entry.length <= longestEntry) return [path.join(directory, key.entry)];
    const long = names(directory).filter((name) => name.startsWith(`${item.version}-`) && /-[0-9a-f]{16}$/.test(name));
    return long.map((name) => path.join(directory, name));
  });
  return places.find((place) => existsSync(place));
}
