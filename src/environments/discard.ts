import { lstat, rename } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, makePrivateDirectory, namesIn, PierError, tilde } from '../files/index.ts';
import { privateDirectoryIn } from './root.ts';

/**
 * Takes a directory below `root` out of sight at once, by rename, and then deletes it.
 *
 * What is left of it when pier is killed meanwhile is deleted by the next `emptyTrash`. Where not even a name is left
 * on the disk for that, it is deleted where it is. With `inode`, only that very directory: what somebody put in its place
 * since is put back, and `environment-swapped` says so.
 */
export async function discard(root: string, directory: string, inode?: number): Promise<void> {
  const trash = privateDirectoryIn(root, 'trash');
  const away = path.join(trash, `${path.basename(directory)}-${Math.random().toString(36).slice(2)}`);
  try {
    await makePrivateDirectory(trash);
    await rename(directory, away);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && !(await lstat(directory).catch(() => undefined))) return;
    await refuseOther(directory, directory, inode);
    await deleteTree(directory);
    return;
  }
  await refuseOther(away, directory, inode);
  await deleteTree(away);
}

async function refuseOther(at: string, directory: string, inode?: number): Promise<void> {
  const now = await lstat(at);
  if (inode === undefined || now.ino === inode) return;
  if (at !== directory) await rename(at, directory);
  throw new PierError('environment-swapped', `Somebody put something else in the place of ${tilde(directory)}.`, {
    hint: `Nothing was deleted. Look at it: ls -ld '${directory}'`,
  });
}

/** Deletes what earlier discards left behind. Throws `directory-untrusted` for a trash that another user put there. */
export async function emptyTrash(root: string): Promise<void> {
  const trash = privateDirectoryIn(root, 'trash');
  await makePrivateDirectory(trash);
  for (const name of await namesIn(trash)) await deleteTree(path.join(trash, name));
}

/** `rm -rf --one-file-system DIRECTORY`: coreutils never follows a link that is put there meanwhile, nor enters a mount. */
export async function deleteTree(directory: string): Promise<void> {
  // Here, because listing environments is to start no program and not even load what can.
  const { run } = await import('../process/index.ts');
  const oneFileSystem = process.platform === 'darwin' ? '-x' : '--one-file-system';
  await run('rm', ['-rf', oneFileSystem, '--', directory], { timeoutMs: 3_600_000 });
}
