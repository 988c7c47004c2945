import type { Socket } from 'node:net';
import { isOurPeer } from './peer.ts';

/** How a connection came in: through the Unix socket, which only we can open, or through the loopback listeners. */
export type Door = { readonly kind: 'socket' } | { readonly kind: 'loopback'; readonly isOurs: Promise<boolean> };

/** Milliseconds in which another user's connection may still be told that it is refused; idle, it only takes room. */
const foreignMayStay = 2000;

async function askOnce(socket: Socket): Promise<boolean> {
  const isOurs = await isOurPeer(socket);
  if (!isOurs) setTimeout(() => socket.destroy(), foreignMayStay).unref();
  return isOurs;
}

/** Remembers the door of every connection, and who is at its other end: asked once, when it comes in. */
export interface Doors {
  readonly enter: (socket: Socket, kind: Door['kind']) => void;
  /** Undefined for a connection that nobody let in: it gets nothing. */
  readonly of: (socket: object) => Door | undefined;
}

// By the object alone: a TCP connection that is closed already has no address left and would look like a Unix socket.
export function createDoors(): Doors {
  const doors = new WeakMap<object, Door>();
  return {
    enter: (socket, kind) => {
      if (doors.has(socket)) return;
      doors.set(socket, kind === 'socket' ? { kind } : { kind, isOurs: askOnce(socket) });
    },
    of: (socket) => doors.get(socket),
  };
}
