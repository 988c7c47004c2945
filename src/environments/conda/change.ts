import { PierError, type Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { Change, Move, PlannedChange } from '../back-end.ts';
import { readEnvironmentRecord } from '../record.ts';
import { roomAt } from '../space.ts';
import { targetAt } from '../target.ts';
import { findUv, type Uv } from '../uv-program.ts';
import { applyChange } from './apply.ts';
import { channelAddress, channelName } from './channels.ts';
import { forecastCost } from './cost.ts';
import { rattlerError } from './errors.ts';
import { channelRecord, type InstalledPackage, installedPackages, specsInHistory } from './installed.ts';
import { planPipChange } from './pip-change.ts';
import { askRattler, type CondaRecord } from './rattler.ts';
import { isRecord } from './solve.ts';
import { matchSpec, specName } from './specs.ts';

/**
 * Decides what a change of a conda environment leads to: what is there stays where it can.
 *
 * Errors: those of resolving, `package-absent`, `package-needed`.
 */
export async function planChange(site: Site, change: Change, progress: Progress): Promise<PlannedChange> {
  if (change.pip) return await planPipChange(site, change, progress);
  const { environment } = change;
  const installed = installedPackages(environment.prefix);
  const uv = await findUv(site, progress, targetAt(environment.prefix));
  const before = askedFor(change);
  const install = change.install.map(matchSpec);
  const specs = specsAfter(change, before, install, installed);
  const channels = channelsOf(change, installed);
  const records = await solveChange(site, uv, change, { installed, specs, channels }, progress);
  refuseNeeded(change, records);
  const coming = records.filter((record) => !installed.some((one) => isSame(one, record)));
  const leaving = installed.filter((one) => !records.some(({ name }) => name === one.name));
  const [cost, left] = await Promise.all([
    forecastCost(site, uv, environment.prefix, coming, progress),
    roomAt(site, environment.prefix),
  ]);
  return {
    moves: movesOf(installed, coming, leaving),
    forecast: {
      packages: coming.length,
      ...cost,
      download: coming.reduce((sum, { size, url }) => sum + (url.startsWith('file:') ? 0 : (size ?? 0)), 0),
      root: environment.prefix,
      ...left,
    },
    specs,
    pip: readEnvironmentRecord(environment.prefix)?.pip ?? [],
    apply: (tell, signal) =>
      applyChange(site, { environment, uv, installed, records, coming, leaving, specs, install }, tell, signal),
  };
}

/** Of one that pier did not make, conda's history knows. */
function askedFor({ environment }: Change): readonly string[] {
  const { specs, prefix } = environment;
  return specs.length > 0 ? specs : specsInHistory(prefix, specName);
}

function specsAfter(
  { environment, uninstall }: Change,
  before: readonly string[],
  install: readonly string[],
  installed: readonly InstalledPackage[],
): string[] {
  const gone = new Set(uninstall.map(specName));
  const there = new Set([...installed.map(({ name }) => name), ...before.map(specName)]);
  const absent = [...gone].find((name) => !there.has(name));
  if (absent) {
    throw new PierError('package-absent', `${absent} is not among what conda installed in ${environment.name}.`, {
      hint: `pier env show ${environment.name}   (of pip’s: pier env uninstall ${environment.name} ${absent} --pip)`,
    });
  }
  const replaced = new Set([...gone, ...install.map(specName)]);
  return [...new Set([...before.filter((spec) => !replaced.has(specName(spec))), ...install])].sort();
}

/** Those it was made from; of one that pier did not make, those its packages came from. */
function channelsOf({ environment }: Change, installed: readonly InstalledPackage[]): string[] {
  const known = readEnvironmentRecord(environment.prefix)?.channels ?? [];
  if (known.length > 0) return known.map(channelAddress);
  return [...new Set(installed.flatMap(({ channel }) => (channel ? [channelAddress(channelName(channel))] : [])))];
}

interface Situation {
  readonly installed: readonly InstalledPackage[];
  readonly specs: readonly string[];
  readonly channels: readonly string[];
}

async function solveChange(
  site: Site,
  uv: Uv,
  { environment }: Change,
  { installed, specs, channels }: Situation,
  progress: Progress,
): Promise<CondaRecord[]> {
  progress({ step: 'resolve', message: `Choosing packages from ${channels.map(channelName).join(', ')}` });
  const locked = installed.map(channelRecord);
  const options = { uv, root: environment.prefix, progress, timeoutMs: 900_000, messages: {} };
  const said = await askRattler(site, { verb: 'solve', channels, specs, locked }, options);
  if ('refusal' in said) {
    const doing = `Cannot choose packages for ${environment.name}`;
    throw rattlerError(said.refusal, { site, doing, channels: channels.map(channelName), file: null });
  }
  const { records } = said.answer;
  if (Array.isArray(records) && records.every(isRecord)) return records;
  throw new PierError('conda-failed', 'py-rattler gave a list of packages that pier cannot read.');
}

function refuseNeeded({ uninstall, environment }: Change, records: readonly CondaRecord[]): void {
  const needed = uninstall.map(specName).find((name) => records.some((record) => record.name === name));
  if (!needed) return;
  throw new PierError('package-needed', `${needed} stays, because something else in ${environment.name} needs it.`, {
    hint: `pier env show ${environment.name}`,
  });
}

function isSame(a: CondaRecord, b: CondaRecord): boolean {
  return a.name === b.name && a.version === b.version && a.build === b.build && a.subdir === b.subdir;
}

function movesOf(
  installed: readonly InstalledPackage[],
  coming: readonly CondaRecord[],
  leaving: readonly InstalledPackage[],
): Move[] {
  const versionOf = (name: string) => installed.find((one) => one.name === name)?.version ?? null;
  const arrivals = coming.map(({ name, version }) => ({ name, from: versionOf(name), to: version }));
  const departures = leaving.map(({ name, version }) => ({ name, from: version, to: null }));
  return [...arrivals, ...departures].sort((a, b) => (a.name < b.name ? -1 : 1));
}
