import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** What a directory costs: files and directories with itself, and the sizes of all that are no directories. */
export interface Count {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Counts by lstat(2), one directory at a time.
 *
 * Measured on 29,000 entries just written: 0.3 s, where the asynchronous calls took 1.5 s for the same.
 */
export async function countTree(root: string): Promise<Count> {
  let [files, bytes] = [1, 0];
  const waiting = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) {
        files++;
        waiting.push(file);
        continue;
      }
      // Those who wait for a lease make files in `.pier` that live for moments.
      const stats = lstatSync(file, { throwIfNoEntry: false });
      if (!stats) continue;
      files++;
      bytes += stats.size;
    }
    // Signals and progress get their turn.
    await setImmediate();
  }
  return { files, bytes };
}
