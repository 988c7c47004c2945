import { stat } from 'node:fs/promises';
import path from 'node:path';
import { uid } from '../files/index.ts';
import { answerOf } from './ask.ts';
import { type Mount, mountOf, readMounts } from './mounts.ts';
import { parseRows, parseScale, type Usage } from './quota-rows.ts';

type Reader = 'quota' | 'lfs' | 'mmlsquota';

/**
 * What whoever pays for a directory uses of the file system it is on; null where nobody can tell.
 *
 * A group's is that of the directory's own group, of the nearest one that exists.
 */
export async function askFileSystem(
  reader: Reader,
  owner: 'user' | 'group',
  directory: string,
  mounts: readonly Mount[] = readMounts(),
): Promise<Usage | null> {
  const there = await nearest(directory);
  const mount = mountOf(mounts, there.place);
  if (!mount) return null;
  const who = owner === 'user' ? ['-u', String(uid())] : ['-g', String(there.group)];
  const rows = await ask[reader](who, mount);
  // Two that fit are one too many to say which.
  return rows.length === 1 ? (rows[0] ?? null) : null;
}

/** Each program that a profile can name, and which of its rows are the mount's. */
const ask: Readonly<Record<Reader, (who: readonly string[], mount: Mount) => Promise<Usage[]>>> = {
  /** `lfs quota -g GID /lustre` */
  lfs: async (who, { point }) => {
    const said = await answerOf('lfs', ['quota', ...who, point]);
    return said?.exitCode === 0 ? parseRows(said.stdout) : [];
  },
  /** `quota -w -p -v -g GID`; it ends with 1 where somebody is over a limit. */
  quota: async (who, { point, source }) => {
    const said = await answerOf('quota', ['-w', '-p', '-v', ...who]);
    return parseRows(said?.stdout ?? '').filter(({ fileSystem }) => fileSystem === source || fileSystem === point);
  },
  /** `mmlsquota -Y -g GID fs0` */
  mmlsquota: async (who, { source }) => {
    const name = path.basename(source);
    const said = await answerOf('mmlsquota', ['-Y', ...who, name], '/usr/lpp/mmfs/bin');
    const rows = parseScale(said?.stdout ?? '').filter(({ fileSystem }) => fileSystem === name);
    // Of several filesets only those with a limit can be meant.
    return rows.length > 1 ? rows.filter(({ bytes, files }) => bytes.hard + files.hard > 0) : rows;
  },
};

async function nearest(directory: string): Promise<{ place: string; group: number }> {
  for (let at = directory; ; at = path.dirname(at)) {
    const stats = await stat(at).catch(() => undefined);
    if (stats || at === path.dirname(at)) return { place: at, group: stats?.gid ?? 0 };
  }
}
