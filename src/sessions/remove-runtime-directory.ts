import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { uid } from '../files/index.ts';
import { run } from '../process/index.ts';

/**
 * Removes the private directory of a session's agent: `rm -rf --one-file-system -- DIRECTORY`.
 *
 * The path may come out of a record, so it must look like one that we made: its name, its owner, its mode.
 * Through rm, which never follows a link that is put in its way; Node's own walk does.
 */
export async function removeRuntimeDirectory(id: string, directory: string): Promise<void> {
  if (!path.basename(directory).startsWith(`pier-${id}-`)) return;
  const stats = await lstat(directory).catch(() => undefined);
  if (!stats?.isDirectory() || stats.uid !== uid() || (stats.mode & 0o077) !== 0) return;
  await run('rm', ['-rf', '--one-file-system', '--', directory], { timeoutMs: 60_000 });
}
