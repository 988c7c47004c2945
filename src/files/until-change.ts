import { type FSWatcher, watch } from 'node:fs';

/**
 * Resolves when something is made, renamed or removed in the directory, or after so many milliseconds.
 *
 * Only a way to look sooner: from another node, or where the kernel has no watch left, nothing is noticed and the
 * time passes. fs.watch(), which is inotify(7) on Linux.
 */
export async function untilChange(directory: string, milliseconds: number): Promise<void> {
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
    try {
      watcher = watch(directory, { persistent: false }, () => resolve());
      watcher.on('error', () => {});
    } catch {
      // the directory is not there yet, or there are too many watches: then by the clock
    }
  });
  clearTimeout(timer);
  watcher?.close();
}
