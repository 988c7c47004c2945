import type { Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { CondaPlan, Wanted } from '../plan.ts';
import { spaceAt } from '../space.ts';
import { findUv } from '../uv-program.ts';
import { forecastCost } from './cost.ts';
import { solve } from './solve.ts';
import { matchSpec, pythonSpec, specName } from './specs.ts';

/** Decides on every package's version and file, and adds up what they cost. */
export async function forecastEnvironment(site: Site, wanted: Wanted, progress: Progress): Promise<CondaPlan> {
  const specs = matchSpecs(wanted);
  const uv = await findUv(progress);
  const { records, cached } = await solve(site, uv, wanted, specs, progress);
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
  return { backEnd: 'conda', wanted, forecast, uv, records, specs };
}

/** What conda is asked for: as it was typed, in conda's words, and always a Python unless that is not wanted. */
export function matchSpecs({ specs, python }: Pick<Wanted, 'specs' | 'python'>): string[] {
  const asked = specs.map(matchSpec);
  if (python !== null) return [pythonSpec(python), ...asked.filter((spec) => specName(spec) !== 'python')];
  // An environment with nothing named has Python alone, as with uv.
  return asked.length > 0 ? asked : ['python'];
}
