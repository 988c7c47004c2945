import { promises } from 'node:fs';
import path from 'node:path';
import { uid } from './places.ts';
import { cannotWrite } from './record.ts';

/** A socket's path may have 107 bytes on Linux, 103 on macOS (unix(7)); what is left is for the file's name. */
const longestDirectory = 80;

/**
 * Makes a private directory on this node's own disk, for sockets: 0700, ours, a path short enough.
 *
 * Tries `$XDG_RUNTIME_DIR`, `$SLURM_TMPDIR` and `$TMPDIR`, then `/tmp`. Its name is random, so nobody can be there first.
 */
export async function makeRuntimeDirectory(purpose: string): Promise<string> {
  const { XDG_RUNTIME_DIR, SLURM_TMPDIR, TMPDIR } = process.env;
  for (const parent of [XDG_RUNTIME_DIR, SLURM_TMPDIR, TMPDIR]) {
    if (!parent || !path.isAbsolute(parent) || !(await isSafeParent(parent))) continue;
    const prefix = path.join(parent, `pier-${purpose}-`);
    if (Buffer.byteLength(prefix) + 6 > longestDirectory) continue;
    const made = await promises.mkdtemp(prefix).catch(() => undefined);
    if (made) return made;
  }
  const prefix = `/tmp/pier-${purpose}-`;
  try {
    return await promises.mkdtemp(prefix);
  } catch (error) {
    throw cannotWrite(prefix, error);
  }
}

/** Nobody else can rename what we make in it: it is ours or root's, and if others can write, it is sticky. */
async function isSafeParent(directory: string): Promise<boolean> {
  try {
    const stats = await promises.lstat(directory);
    if (!stats.isDirectory() || (stats.uid !== uid() && stats.uid !== 0)) return false;
    return (stats.mode & 0o022) === 0 || (stats.mode & 0o1000) !== 0;
  } catch {
    return false;
  }
}
