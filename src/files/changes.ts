import { type FSWatcher, watch } from 'node:fs';

/** What goes on in a directory. */
export interface Changes extends Disposable {
  readonly directory: string;
  /**
   * Resolves when something was made, renamed or removed there since the last call, or since it is watched; after so many
   * milliseconds at the latest.
   */
  readonly next: (milliseconds: number) => Promise<void>;
}

/**
 * Watches a directory: who reads it afterwards, and then waits for the next change, misses none.
 *
 * Only a way to look sooner: from another node, or where the kernel has no watch left, nothing is noticed and the
 * time passes. fs.watch(), which is inotify(7) on Linux.
 */
export function watchChanges(directory: string): Changes {
  let hasChanged = false;
  let tell = () => {};
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, { persistent: false }, () => {
      hasChanged = true;
      tell();
    });
    watcher.on('error', () => {});
  } catch {
    // the directory is not there yet, or there are too many watches: then by the clock
  }
  return {
    directory,
    next: async (milliseconds) => {
      if (!hasChanged) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          tell = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      hasChanged = false;
    },
    [Symbol.dispose]: () => watcher?.close(),
  };
}
