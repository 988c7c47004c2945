import { type Progress, tilde } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { UvPlan, Wanted } from '../plan.ts';
import { roomAt } from '../space.ts';
import { cacheDirectory, isCached, readCache } from './cache.ts';
import { forecastCost } from './cost.ts';
import { findUv } from './program.ts';
import { findPython } from './python-download.ts';
import { resolve } from './resolve.ts';
import { locate, readSource } from './source.ts';

/** Decides on uv, a Python and every package's version and file, and adds up what they cost. */
export async function forecastEnvironment(site: Site, wanted: Wanted, progress: Progress): Promise<UvPlan> {
  const uv = await findUv(site, progress, wanted.target);
  progress({ step: 'python', message: 'Looking for a Python' });
  const python = await findPython(site, uv, wanted, progress);
  progress({ step: 'python', message: `Python ${python.version} at ${tilde(python.file)}: ${python.reason}` });
  const source = await readSource(site, uv, wanted.specs, wanted.file);
  const { lock, offline } = await resolve(site, uv, python, source, progress).catch(async (error) => {
    throw await locate(error, wanted.file);
  });
  const [cost, left, cacheRoot] = await Promise.all([
    forecastCost(lock, python, progress),
    roomAt(site, wanted.root),
    cacheDirectory(site, uv),
  ]);
  const cache = readCache(cacheRoot);
  const missing = lock.packages.filter((item) => !isCached(cache, item));
  const forecast = {
    packages: lock.packages.length,
    ...cost,
    download: missing.reduce((sum, { wheel, source }) => sum + ((wheel ?? source)?.size ?? 0), 0),
    root: wanted.root,
    ...left,
  };
  return { backEnd: 'uv', wanted, forecast, uv, python, lock, specs: source.specs, offline };
}
