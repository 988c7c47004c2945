import { lstat, mkdir, readlink, stat, symlink, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { tilde } from '../../files/index.ts';
import { condaDirectories } from '../conda-directories.ts';

/**
 * Links an environment as `~/.conda/envs/NAME`, where conda looks for names; gives what a person is to know, or null.
 *
 * Not needed where conda looks in its directory already (`CONDA_ENVS_PATH`). A link that leads nowhere is replaced;
 * anything else of that name stays. That it cannot be linked is no reason to fail.
 */
export async function linkForConda(prefix: string): Promise<string | null> {
  if (condaDirectories().includes(path.dirname(prefix))) return null;
  const directory = path.join(process.env.HOME || homedir(), '.conda', 'envs');
  const link = path.join(directory, path.basename(prefix));
  if (link === prefix) return null;
  try {
    const there = await lstat(link).catch(() => undefined);
    if (there?.isSymbolicLink() && (await readlink(link)) === prefix) return null;
    if (there?.isSymbolicLink() && !(await stat(link).catch(() => undefined))) await unlink(link);
    else if (there)
      return `conda knows ${path.basename(prefix)} as ${tilde(link)}, which is another: name this one by its path.`;
    await mkdir(directory, { recursive: true });
    await symlink(prefix, link);
    return null;
  } catch {
    return `It could not be linked as ${tilde(link)}: to conda, name it by its path.`;
  }
}

/** Takes the link away again, if it leads to that environment. */
export async function unlinkForConda(prefix: string): Promise<void> {
  const link = path.join(process.env.HOME || homedir(), '.conda', 'envs', path.basename(prefix));
  try {
    if ((await readlink(link)) === prefix) await unlink(link);
  } catch {
    // no link
  }
}
