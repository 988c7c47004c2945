import { connect as connectHttp2, performServerHandshake } from 'node:http2';
import type { Duplex, Readable } from 'node:stream';
import { carry } from './carry.ts';

// Many connections over one: HTTP/2's own, where each CONNECT (RFC 9113, 8.5) is a stream with flow control of its own.

/** What the far side writes before anything else: a site's prologs may print something of their own before it. */
export const marker = 'pier-relay-1\n';

/** Bytes on their way in one connection, and in all: enough to fill a slow line, and all that either side ever holds. */
const window = 4 * 1024 * 1024;
const windowOfAll = 32 * 1024 * 1024;
const settings = { initialWindowSize: window, maxConcurrentStreams: 10_000 };
/** MB that HTTP/2 may hold; its own 10 are less than the windows. */
const maxSessionMemory = 128;
/** Milliseconds between two questions whether the other side is there, and until it must have answered. */
const askEvery = 20_000;
const answerTakes = 40_000;

/** The near side of a line that carries many connections. */
export interface Line {
  /** One more connection to whatever the far side leads to. */
  readonly connect: () => Promise<Duplex>;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** Takes the near side of a line, once the marker was read from it. */
export function callOver(stream: Duplex): Line {
  const session = connectHttp2('http://session', { createConnection: () => stream, settings, maxSessionMemory });
  session.on('error', () => session.destroy());
  session.on('connect', () => session.setLocalWindowSize(windowOfAll));
  const timer = setInterval(() => {
    const late = setTimeout(() => session.destroy(), answerTakes);
    const asked = session.ping(() => clearTimeout(late));
    if (!asked) clearTimeout(late);
  }, askEvery);
  session.once('close', () => clearInterval(timer));
  return {
    isOpen: () => !session.closed && !session.destroyed,
    close: () => session.destroy(),
    connect: () =>
      new Promise((resolve, reject) => {
        const one = session.request({ ':method': 'CONNECT', ':authority': 'session' }, { endStream: false });
        one.once('error', reject);
        one.once('close', () => reject(new Error('the other side did not take the connection')));
        one.once('response', (headers) => {
          if (headers[':status'] === 200) {
            one.off('error', reject).on('error', () => one.destroy());
            resolve(one);
          } else {
            one.destroy(new Error(`the other side answered ${headers[':status']}`));
          }
        });
      }),
  };
}

/** Serves the far side of a line: each connection that comes over it is led to what `open` opens. Resolves at its end. */
export async function answerOver(stream: Duplex, open: () => Promise<Duplex>): Promise<void> {
  const session = performServerHandshake(stream, { settings, maxSessionMemory });
  session.on('error', () => session.destroy());
  session.setLocalWindowSize(windowOfAll);
  session.on('stream', (one, headers) => {
    one.on('error', () => one.destroy());
    if (headers[':method'] !== 'CONNECT') {
      one.respond({ ':status': 405 }, { endStream: true });
      return;
    }
    open().then(
      (other) => {
        if (one.destroyed) return void other.destroy();
        one.respond({ ':status': 200 });
        carry(one, other);
      },
      () => one.destroyed || one.respond({ ':status': 502 }, { endStream: true }),
    );
  });
  await new Promise<void>((resolve) => {
    session.once('close', () => resolve());
    // The end of our input is the end of whoever asked, though our output is still open.
    for (const event of ['end', 'close']) stream.once(event, () => session.destroy());
  });
}

/** Reads up to the marker, and leaves what follows it. Error: the stream ends before, or too much comes. */
export async function readToMarker(stream: Readable): Promise<void> {
  let seen = Buffer.alloc(0);
  for (;;) {
    const piece: Buffer | null = stream.read();
    if (piece === null) {
      if (stream.readableEnded || stream.destroyed) throw new Error('it ended before it began');
      await new Promise((resolve) => {
        for (const event of ['readable', 'end', 'close', 'error']) stream.once(event, resolve);
      });
      continue;
    }
    seen = Buffer.concat([seen, piece]);
    const at = seen.indexOf(marker);
    if (at >= 0) {
      const rest = seen.subarray(at + marker.length);
      if (rest.length > 0) stream.unshift(rest);
      return;
    }
    if (seen.length > 256 * 1024) throw new Error('it writes something else');
  }
}
