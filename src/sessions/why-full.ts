import { statfs } from 'node:fs/promises';

/** Why nothing can be written in a directory, as far as its file system says so; null when there is room. */
export async function whyFull(directory: string): Promise<string | null> {
  const space = await statfs(directory).catch(() => undefined);
  if (!space) return null;
  if (space.bavail === 0) return 'the disk with your home is full';
  // Some file systems do not count files, and say that there are none of either.
  if (space.files > 0 && space.ffree === 0) return 'the disk with your home has no room for another file';
  return null;
}
