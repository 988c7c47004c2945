import type { Socket } from 'node:net';
import { isOurPeer } from './peer.ts';

/** How a connection came in: through the Unix socket, which only we can open, or through the loopback listeners. */
export type Door = { readonly kind: 'socket' } | { readonly kind: 'loopback'; readonly isOurs: Promise<boolean> };

/** Milliseconds in which another user's connection may still be told that it is refused; idle, it only takes room. */
const foreignMayStay = 2000;

/** Other users' connections that may stay so long; who opens more is not told, for that would take room too. */
const foreignAtATime = 64;

/** Remembers the door of every connection, and who is at its other end: asked once, when it comes in. */
export interface Doors {
  readonly enter: (socket: Socket, kind: Door['kind']) => void;
  /** Undefined for a connection that nobody let in: it gets nothing. */
  readonly of: (socket: object) => Door | undefined;
}

// By the object alone: a TCP connection that is closed already has no address left and would look like a Unix socket.
export function createDoors(isOurs: (socket: Socket) => Promise<boolean> = isOurPeer): Doors {
  const doors = new WeakMap<object, Door>();
  let foreign = 0;

  async function askOnce(socket: Socket): Promise<boolean> {
    if (await isOurs(socket)) return true;
    if (foreign >= foreignAtATime) socket.destroy();
    else {
      foreign++;
      socket.once('close', () => foreign--);
      setTimeout(() => socket.destroy(), foreignMayStay).unref();
    }
    return false;
  }

  return {
    enter: (socket, kind) => {
      if (doors.has(socket)) return;
      doors.set(socket, kind === 'socket' ? { kind } : { kind, isOurs: askOnce(socket) });
    },
    of: (socket) => doors.get(socket),
  };
}
