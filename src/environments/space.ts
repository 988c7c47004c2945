import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { type Allowance, allowanceAt } from '../storage/index.ts';
import type { Forecast } from './environment.ts';
import { within } from './time-limit.ts';

/** What is left on the file system of a directory, for us; null where it does not say. */
export interface Space {
  readonly files: number | null;
  readonly bytes: number | null;
}

/** Most file systems give out whole blocks of 4096 bytes, so that each file wastes half of one. */
const wastedPerFile = 2048;

/** Asks statfs(2) about a directory, or about the nearest one above it that exists. A quota is not in its answer. */
export async function spaceAt(directory: string): Promise<Space> {
  for (let at = directory; ; at = path.dirname(at)) {
    const stats = await within(
      5000,
      statfs(at).catch(() => undefined),
    );
    // btrfs and some network file systems have no fixed number of inodes, and say 0 of 0.
    if (stats) return { files: stats.files > 0 ? stats.ffree : null, bytes: stats.bavail * stats.bsize };
    if (at === path.dirname(at)) return { files: null, bytes: null };
  }
}

/** What is left for us by the file system and by the quota that pays, with that quota. */
export async function roomAt(
  site: Site,
  directory: string,
): Promise<Required<Pick<Forecast, 'filesLeft' | 'bytesLeft' | 'quota'>>> {
  const [space, quota] = await Promise.all([spaceAt(directory), allowanceAt(site, directory)]);
  return { ...withQuota(space, quota), quota };
}

/** The smaller of both; an old count of the quota takes nothing away. */
export function withQuota(
  { files, bytes }: Space,
  quota: Allowance | null | undefined,
): Pick<Forecast, 'filesLeft' | 'bytesLeft'> {
  const counts = quota && !quota.isOld ? quota : null;
  return { filesLeft: least(files, counts?.filesLeft), bytesLeft: least(bytes, counts?.bytesLeft) };
}

function least(one: number | null, other: number | null | undefined): number | null {
  return one === null ? (other ?? null) : Math.min(one, other ?? one);
}

/** Throws `no-space` when a forecast is more than what is left. What was only guessed refuses nobody. */
export function checkSpace(name: string, forecast: Forecast): void {
  const { packages, guessed, filesLeft, bytesLeft, root, quota } = forecast;
  const known = 1 - guessed.length / Math.max(1, packages);
  const files = Math.round(forecast.files * known);
  const needed = forecast.bytes * known + files * wastedPerFile;
  const lacking = [
    ...(bytesLeft !== null && needed > bytesLeft
      ? [`${megabytes(needed)} of disk, and ${megabytes(bytesLeft)} are left`]
      : []),
    ...(filesLeft !== null && files > filesLeft ? [`${files} files, and ${filesLeft} are left`] : []),
  ];
  if (lacking.length === 0) return;
  throw new PierError(
    'no-space',
    `${name} needs about ${lacking.join('; ')} in ${tilde(root)}${quota ? `, where the quota of ${quota.payer} pays` : ''}.`,
    {
      hint: `Free some space there (${quota ? 'quota shows it' : 'df -h, df -i'}), remove an environment (pier env list), or make it elsewhere: --root`,
    },
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
