import { PierError, type Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { Wanted } from '../plan.ts';
import type { Uv } from '../uv-program.ts';
import { channelAddress } from './channels.ts';
import { rattlerError } from './errors.ts';
import { askRattler, type CondaRecord } from './rattler.ts';

export interface Solved {
  /** Exact packages, sorted by name. */
  readonly records: readonly CondaRecord[];
  /** Addresses of those that are in the package cache. */
  readonly cached: ReadonlySet<string>;
}

/**
 * Has py-rattler decide once what exactly will be installed, with all channels in strict order as conda-forge advises.
 *
 * When no channel answers, what it kept of them is asked alone. Errors: `spec-invalid`, `packages-unresolvable`,
 * `offline`, `channel-unknown`, …
 */
export async function solve(site: Site, uv: Uv, wanted: Wanted, progress: Progress): Promise<Solved> {
  progress({ step: 'resolve', message: `Choosing packages from ${wanted.channels.join(', ')}` });
  const { specs, explicit, file } = wanted;
  const channels = wanted.channels.map(channelAddress);
  const options = { uv, root: wanted.root, progress, timeoutMs: 900_000, messages: {} };
  const said = await askRattler(site, { verb: 'solve', channels, specs, explicit }, options);
  if ('refusal' in said) {
    const doing = `Cannot choose packages for ${wanted.name}`;
    throw rattlerError(said.refusal, { site, doing, channels: wanted.channels, file });
  }
  const { records, cached, offline } = said.answer;
  if (offline === true)
    progress({ step: 'resolve', message: 'No channel answers; choosing from what is in the cache' });
  if (!Array.isArray(records) || !records.every(isRecord)) {
    throw new PierError('conda-failed', 'py-rattler gave a list of packages that pier cannot read.');
  }
  const sorted = [...records].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { records: sorted, cached: new Set(Array.isArray(cached) ? cached.map(String) : []) };
}

/** Whether pier's script gave a record of conda. */
export function isRecord(value: unknown): value is CondaRecord {
  const { name, version, build, subdir, fn, url } = value as Partial<Record<keyof CondaRecord, unknown>>;
  return [name, version, build, subdir, fn, url].every((text) => typeof text === 'string');
}
