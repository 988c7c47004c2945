import type { Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { CondaPlan, Wanted } from '../plan.ts';
import { spaceAt } from '../space.ts';
import { findUv } from '../uv-program.ts';
import { forecastCost } from './cost.ts';
import { solve } from './solve.ts';

/** Decides on every package's version and file, and adds up what they cost. */
export async function forecastEnvironment(site: Site, wanted: Wanted, progress: Progress): Promise<CondaPlan> {
  const uv = await findUv(progress);
  const { records, cached } = await solve(site, uv, wanted, progress);
  const [cost, left] = await Promise.all([
    forecastCost(site, uv, wanted.root, records, progress),
    spaceAt(wanted.root),
  ]);
  const missing = records.filter(({ url }) => !cached.has(url) && !url.startsWith('file:'));
  const forecast = {
    packages: records.length,
    ...cost,
    download: missing.reduce((sum, { size }) => sum + (size ?? 0), 0),
    root: wanted.root,
    filesLeft: left.files,
    bytesLeft: left.bytes,
  };
  return { backEnd: 'conda', wanted, forecast, uv, records, specs: wanted.specs };
}
