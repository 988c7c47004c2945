import { PierError, type Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { ExportFormat } from '../back-end.ts';
import { installedIn } from '../distributions.ts';
import type { Environment } from '../environment.ts';
import { environmentFile } from '../environment-file.ts';
import { readSmallFile } from '../small-file.ts';
import { targetAt } from '../target.ts';
import { keptLock } from './kept-lock.ts';
import type { Lock } from './lock.ts';
import { findUv } from './program.ts';
import { ownPython } from './python.ts';
import { resolve } from './resolve.ts';

/** The formats a virtual environment can be written as; the first is the usual one. */
export const exportFormats: readonly ExportFormat[] = ['environment', 'full', 'requirements', 'pylock'];

/**
 * The text of a file from which the same can be made again. The same environment gives the same text.
 *
 * `requirements` and `pylock` have every version and a SHA-256 for each file: from the list kept with the environment, or
 * from the index where somebody changed what is installed since. Errors: those of resolving.
 */
export async function exportAs(
  site: Site,
  environment: Environment,
  format: ExportFormat,
  progress: Progress,
): Promise<string> {
  if (format === 'environment') return environmentFile(environment, { pip: environment.specs });
  if (format === 'full') return environmentFile(environment, { pip: pinned(environment) });
  if (format === 'explicit') {
    throw new PierError('format-unknown', `${environment.name} has no conda packages, which alone can be listed so.`, {
      hint: 'Write every version with its hashes: --format requirements, or: --format pylock',
    });
  }
  const lock = await exactLock(site, environment, progress);
  if (format === 'pylock') return lock.text;
  const lines = lock.packages.map(({ requirement }) => requirement.replaceAll(' --hash', ' \\\n    --hash'));
  return `# Python ${environment.python?.version ?? '3'}\n${lines.sort().join('\n')}\n`;
}

/** Each distribution by its version; what came from an address, by that. */
function pinned({ prefix }: Environment): string[] {
  return installedIn(prefix)
    .map(({ name, version, directory }) => addressOf(name, directory) ?? `${name}==${version}`)
    .sort();
}

/** `direct_url.json` of what was not taken from an index (packaging.python.org, direct URLs). */
function addressOf(name: string, directory: string): string | undefined {
  try {
    const { url, vcs_info, subdirectory } = JSON.parse(readSmallFile(`${directory}/direct_url.json`) ?? 'null');
    const inside = typeof subdirectory === 'string' ? `#subdirectory=${subdirectory}` : '';
    const at = vcs_info ? `${vcs_info.vcs}+${url}@${vcs_info.commit_id}` : String(url);
    // What a distribution was built from on another machine is of no use to anybody.
    return at.startsWith('file:///build') ? undefined : `${name} @ ${at}${inside}`;
  } catch {
    return undefined;
  }
}

async function exactLock(site: Site, environment: Environment, progress: Progress): Promise<Lock> {
  const { prefix, python } = environment;
  const kept = keptLock(prefix, python?.version ?? '');
  const installed = installedIn(prefix);
  const locked = new Map(kept?.packages.map(({ name, version }) => [name, version]));
  const isSame = installed.length === locked.size && installed.every((item) => isLocked(locked, item));
  if (kept && isSame) return kept;
  const uv = await findUv(site, progress, targetAt(prefix));
  return (await resolve(site, uv, ownPython(environment), pinned(environment), progress)).lock;
}

/** What came from a directory or an address has no version in the list. */
function isLocked(
  locked: ReadonlyMap<string, string | null>,
  { name, version }: { readonly name: string; readonly version: string },
): boolean {
  const kept = locked.get(name);
  return kept === null || kept === version;
}
