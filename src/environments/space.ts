import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
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

/** Throws `no-space` when a forecast is more than what is left. What was only guessed refuses nobody. */
export function checkSpace(name: string, forecast: Forecast): void {
  const { packages, guessed, filesLeft, bytesLeft, root } = forecast;
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
  throw new PierError('no-space', `${name} needs about ${lacking.join('; ')} in ${tilde(root)}.`, {
    hint: `Free some space there (df -h, df -i), or remove an environment: pier env list`,
  });
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
