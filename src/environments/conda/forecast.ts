import type { Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { CondaPlan, Wanted } from '../plan.ts';
import { roomAt } from '../space.ts';
import { findUv } from '../uv-program.ts';
import { forecastCost } from './cost.ts';
import { dryRun } from './dry-run.ts';
import { findSiteProgram } from './site-program.ts';
import { solve } from './solve.ts';

/** Decides on every package's version and file, and adds up what they cost. */
export async function forecastEnvironment(site: Site, wanted: Wanted, progress: Progress): Promise<CondaPlan> {
  const program = await findSiteProgram(site, wanted);
  if (program) progress({ step: 'tools', message: program.reason });
  const uv = program
    ? await findUv(site, progress, wanted.target).catch(() => null)
    : await findUv(site, progress, wanted.target);
  const { records, cached } =
    program && wanted.explicit.length === 0
      ? await dryRun(site, program, wanted, progress)
      : await solve(site, uv ?? (await findUv(site, progress, wanted.target)), wanted, progress);
  const [cost, left] = await Promise.all([
    forecastCost(site, uv, wanted.root, records, progress),
    roomAt(site, wanted.root),
  ]);
  const missing = records.filter(({ url }) => !cached.has(url) && !url.startsWith('file:'));
  const forecast = {
    packages: records.length,
    ...cost,
    download: missing.reduce((sum, { size }) => sum + (size ?? 0), 0),
    root: wanted.root,
    ...left,
  };
  return { backEnd: 'conda', wanted, forecast, uv, program, records, specs: wanted.specs };
}
