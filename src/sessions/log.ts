import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errnoOf } from '../files/index.ts';

/** Bytes read from the end of a log, however long it is. */
const tailBytes = 64 * 1024;

/** The last lines of a file; empty when there is none. Never follows a link, never waits on a FIFO. */
export async function readTail(file: string, lines: number): Promise<string> {
  try {
    await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) return '';
    const start = Math.max(0, stats.size - tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(tailBytes), 0, tailBytes, start);
    const text = buffer.subarray(0, bytesRead).toString('utf8').trimEnd();
    return text.split('\n').slice(-lines).join('\n');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') return '';
    throw error;
  }
}
