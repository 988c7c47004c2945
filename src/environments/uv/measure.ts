import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Progress } from '../../files/index.ts';
import { isCached, readCache } from './cache.ts';
import type { LockedPackage } from './lock.ts';

/** Milliseconds between looks at how far uv is. */
const interval = 400;

/** What uv says on stderr when a step is over; without a terminal it says nothing else of use. */
const stepAfter: readonly [RegExp, Step][] = [
  [/^Installed \d+ package/m, 'compile'],
  [/^Prepared \d+ package/m, 'install'],
];

type Step = 'download' | 'install' | 'compile';

export interface Watch {
  /** To be given each piece of uv's stderr. */
  readonly hear: (text: string) => void;
  readonly stop: () => void;
}

/**
 * Reports how far uv is, by what it has made so far: wheels in its cache, `.dist-info` directories, `__pycache__`.
 *
 * `site` is the site-packages directory, `missing` what still has to be downloaded to `cacheRoot`.
 */
export function watchInstall(
  site: string,
  packages: readonly LockedPackage[],
  missing: readonly LockedPackage[],
  cacheRoot: string,
  progress: Progress,
): Watch {
  let step: Step = missing.length > 0 ? 'download' : 'install';
  let waiting = missing;
  let heard = '';
  const look = () => {
    if (step === 'download') {
      const buckets = readCache(cacheRoot);
      waiting = waiting.filter((item) => !isCached(buckets, item));
      progress({ step, message: 'Downloading packages', done: missing.length - waiting.length, total: missing.length });
    } else if (step === 'install') {
      const done = Math.min(packages.length, names(site).filter((name) => name.endsWith('.dist-info')).length);
      progress({ step, message: 'Installing packages', done, total: packages.length });
    } else {
      progress({ step, message: 'Compiling bytecode', ...compiledShare(site) });
    }
  };
  const timer = setInterval(look, interval);
  look();
  return {
    hear: (text) => {
      // uv writes a line in several pieces.
      heard += text;
      const next = stepAfter.find(([pattern]) => pattern.test(heard))?.[1];
      if (!next || next === step) return;
      step = next;
      look();
    },
    stop: () => clearInterval(timer),
  };
}

/** Among the directories right in site-packages with Python in them, those whose compilation has begun. */
function compiledShare(site: string): { done: number; total: number } {
  const directories = names(site).filter((name) => !/\.(dist-info|libs|data)$/.test(name) && !name.startsWith('__'));
  const inside = directories
    .map((name) => names(path.join(site, name)))
    .filter((found) => found.includes('__init__.py'));
  return { done: inside.filter((found) => found.includes('__pycache__')).length, total: inside.length };
}

function names(directory: string): string[] {
  try {
    return statSync(directory).isDirectory() ? readdirSync(directory) : [];
  } catch {
    return [];
  }
}
