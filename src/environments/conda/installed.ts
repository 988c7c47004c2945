import path from 'node:path';
import { namesAt, readSmallFile } from '../small-file.ts';
import type { CondaRecord } from './rattler.ts';

/** One file of a package, as `paths_data` of its record has it. */
export interface InstalledPath {
  readonly _path: string;
  readonly path_type?: string;
  readonly sha256?: string;
  readonly sha256_in_prefix?: string;
  readonly size_in_bytes?: number;
  readonly prefix_placeholder?: string;
}

/** A package that conda or rattler linked: its whole record in `conda-meta`. */
export interface InstalledPackage extends CondaRecord {
  readonly depends?: readonly string[];
  readonly files?: readonly string[];
  readonly paths_data?: { readonly paths?: readonly InstalledPath[] };
}

/** Every package in a prefix, sorted by name. What cannot be read is left out: its package is as good as not there. */
export function installedPackages(prefix: string): InstalledPackage[] {
  const directory = path.join(prefix, 'conda-meta');
  const files = (namesAt(directory) ?? []).filter((name) => name.endsWith('.json'));
  const records = files.flatMap((file) => read(path.join(directory, file)) ?? []);
  return records.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function read(file: string): InstalledPackage | undefined {
  try {
    const value = JSON.parse(readSmallFile(file) ?? '');
    const texts = [value.name, value.version, value.build, value.subdir, value.fn, value.url];
    return texts.every((text) => typeof text === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a channel says of a package, without what became of it here. */
export function channelRecord(installed: InstalledPackage): CondaRecord {
  const own = new Set(['files', 'paths_data', 'link', 'extracted_package_dir', 'package_tarball_full_path']);
  const requested = new Set(['requested_spec', 'requested_specs']);
  const kept = Object.entries(installed).filter(([name]) => !own.has(name) && !requested.has(name));
  return Object.fromEntries(kept) as unknown as CondaRecord;
}

/** Files of a package, relative to the prefix. */
export function filesOf({ files, paths_data }: InstalledPackage): string[] {
  return [...(files ?? paths_data?.paths?.map(({ _path }) => _path) ?? [])];
}

/**
 * What was asked for, as `conda-meta/history` has it: each package's last word counts, and what was removed is not asked
 * for any more (conda, `History.get_requested_specs_map`).
 */
export function specsInHistory(prefix: string, nameOf: (spec: string) => string): string[] {
  const asked = new Map<string, string>();
  for (const line of (readSmallFile(path.join(prefix, 'conda-meta', 'history')) ?? '').split('\n')) {
    const [, verb, list = ''] = /^# (update|install|create|remove|neutered) specs:\s*(.*)$/.exec(line) ?? [];
    const specs = [...list.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double ?? '');
    for (const spec of specs) {
      if (verb === 'remove') asked.delete(nameOf(spec));
      else asked.set(nameOf(spec), spec);
    }
  }
  return [...asked.values()].sort();
}
