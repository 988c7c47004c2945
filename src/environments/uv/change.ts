import { PierError, type Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { Change, Move, PlannedChange } from '../back-end.ts';
import { installedIn, requirementName } from '../distributions.ts';
import type { Environment, Forecast } from '../environment.ts';
import { roomAt } from '../space.ts';
import { specsAfter } from '../specs.ts';
import { targetAt } from '../target.ts';
import { applyChange } from './apply.ts';
import { cacheDirectory, isCached, readCache } from './cache.ts';
import { emptyEnvironment, forecastCost } from './cost.ts';
import { keptLock } from './kept-lock.ts';
import type { Lock, LockedPackage } from './lock.ts';
import { findUv } from './program.ts';
import { ownPython, type Python } from './python.ts';
import { resolve } from './resolve.ts';

/** What is to be done to make an environment what a lock says, and nothing else. */
export interface Steps {
  /** To be installed, over another version where there is one. */
  readonly coming: readonly LockedPackage[];
  /** Names of what is to go. */
  readonly leaving: readonly string[];
  /** Version that each of these has now, by name; null where it is not there. */
  readonly before: Readonly<Record<string, string | null>>;
}

/**
 * Decides what a change of a virtual environment leads to: the versions that are there stay where they can.
 *
 * What a person installed with uv or pip behind pier's back is left alone. Errors: those of resolving,
 * `package-absent`, `package-needed`.
 */
export async function planChange(site: Site, change: Change, progress: Progress): Promise<PlannedChange> {
  const { environment } = change;
  const uv = await findUv(site, progress, targetAt(environment.prefix));
  const python = ownPython(environment);
  const installed = new Map(installedIn(environment.prefix).map(({ name, version }) => [name, version]));
  const specs = specsAfter(environment, change, new Set(installed.keys()));
  const { lock, offline } = await resolve(site, uv, python, specs, progress, installed);
  refuseNeeded(change, lock);
  const known = knownBefore(environment);
  const steps = stepsTo(lock, installed, known, change.install);
  return {
    moves: movesOf(steps),
    forecast: await forecastSteps(site, environment, steps, lock, { uv, python }, progress),
    specs,
    pip: [],
    apply: (tell, signal) => applyChange(site, { environment, uv, lock, offline, steps }, tell, signal),
  };
}

/** Names in the list that pier put there the last time. */
function knownBefore({ prefix, python }: Environment): Set<string> {
  const kept = keptLock(prefix, python?.version ?? '');
  return new Set(kept?.packages.map(({ name }) => name));
}

function refuseNeeded({ uninstall, environment }: Change, lock: Lock): void {
  const needed = uninstall.find((name) => lock.packages.some((item) => item.name === name));
  if (!needed) return;
  throw new PierError('package-needed', `${needed} stays, because something else in ${environment.name} needs it.`, {
    hint: `pier env show ${environment.name} --why ${needed}`,
  });
}

function stepsTo(
  lock: Lock,
  installed: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
  asked: readonly string[],
): Steps {
  // A directory or an address may hold something new under the same version; an address alone does not say whose.
  const named = new Set(asked.map(requirementName));
  const anywhere = asked.some((spec) => /^[/.~]|^\w+(\+\w+)?:/.test(spec));
  const coming = lock.packages.filter(({ name, version }) =>
    version === null ? anywhere || named.has(name) || !installed.has(name) : installed.get(name) !== version,
  );
  const wanted = new Set(lock.packages.map(({ name }) => name));
  const leaving = [...installed.keys()].filter((name) => known.has(name) && !wanted.has(name));
  const touched = [...coming.map(({ name }) => name), ...leaving];
  return { coming, leaving, before: Object.fromEntries(touched.map((name) => [name, installed.get(name) ?? null])) };
}

function movesOf({ coming, leaving, before }: Steps): Move[] {
  const arrivals = coming.map(({ name, version }) => ({ name, from: before[name] ?? null, to: version ?? 'as named' }));
  const departures = leaving.map((name) => ({ name, from: before[name] ?? null, to: null }));
  return [...arrivals, ...departures].sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function forecastSteps(
  site: Site,
  { prefix }: Environment,
  { coming }: Steps,
  lock: Lock,
  tools: { uv: Parameters<typeof cacheDirectory>[1]; python: Python },
  progress: Progress,
): Promise<Forecast> {
  const [cost, left, cacheRoot] = await Promise.all([
    forecastCost({ ...lock, text: '', packages: coming }, tools.python, progress),
    roomAt(site, prefix),
    cacheDirectory(site, tools.uv),
  ]);
  const cache = readCache(cacheRoot);
  const missing = coming.filter((item) => !isCached(cache, item));
  return {
    packages: coming.length,
    files: cost.files - emptyEnvironment.files,
    bytes: cost.bytes - emptyEnvironment.bytes,
    guessed: cost.guessed,
    download: missing.reduce((sum, { wheel, source }) => sum + ((wheel ?? source)?.size ?? 0), 0),
    root: prefix,
    ...left,
  };
}
