import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { errnoOf } from '../files/index.ts';

/** Bytes that are read at once, and of what was there before. */
const pieceBytes = 64 * 1024;

/** Characters after which a line is given without its end: a progress bar may never come to one. */
const lineLimit = 64 * 1024;

/** Gives the lines of a file that grows, each once. */
export interface FileFollower {
  /** What came since the last call. The last line is held back until it has an end, or `final` says that none will come. */
  readonly lines: (final: boolean) => AsyncGenerator<string>;
}

/**
 * Follows a file by bytes, from its beginning or its last 64 KB on; from the beginning again when another has taken its
 * name, or it became shorter. One that is not there has no lines. Never follows a link, never waits on a FIFO.
 */
export function followFile(file: string, from: 'beginning' | 'tail'): FileFollower {
  let known: string | undefined;
  let offset = 0;
  let decoder = new StringDecoder('utf8');
  let begun = '';

  function* unfinished(): Generator<string> {
    const rest = begun + decoder.end();
    begun = '';
    decoder = new StringDecoder('utf8');
    if (rest !== '') yield rest;
  }

  function* whole(text: string): Generator<string> {
    const lines = `${begun}${text}`.split('\n');
    begun = lines.pop() ?? '';
    yield* lines;
    if (begun.length <= lineLimit) return;
    yield begun;
    begun = '';
  }

  async function* grown(handle: FileHandle): AsyncGenerator<string> {
    const stats = await handle.stat();
    if (!stats.isFile()) return;
    const which = `${stats.dev} ${stats.ino}`;
    // Of what was there before, a line whose beginning is left out is left out whole.
    let cut = false;
    if (known === undefined && from === 'tail') {
      offset = Math.max(0, stats.size - pieceBytes);
      cut = offset > 0;
    } else if (known !== undefined && (known !== which || stats.size < offset)) {
      yield* unfinished();
      offset = 0;
    }
    known = which;
    while (offset < stats.size) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(pieceBytes), 0, pieceBytes, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      const text = decoder.write(buffer.subarray(0, bytesRead));
      yield* whole(cut ? text.slice(text.indexOf('\n') + 1) : text);
      cut = false;
    }
  }

  async function* lines(final: boolean): AsyncGenerator<string> {
    await using handle = await openLog(file);
    if (handle) yield* grown(handle);
    if (final) yield* unfinished();
  }
  return { lines };
}

async function openLog(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}
