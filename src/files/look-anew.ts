// Of node:fs, as in record.ts.
import { constants, promises } from 'node:fs';

/**
 * Has what other machines made in a directory be seen there now: `open(DIRECTORY)`, `close`.
 *
 * A client of NFS remembers that a name is missing until it asks for the directory's times again, by itself after 30 to 60
 * seconds (nfs(5): acdirmin, acdirmax); opening the directory makes it ask now (close-to-open consistency). Elsewhere it
 * is two system calls. One that is not there, or not to be opened, is for whoever reads in it to tell.
 */
export async function lookAnew(directory: string): Promise<void> {
  try {
    const handle = await promises.open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    await handle.close();
  } catch {
    // Said by who reads there.
  }
}
