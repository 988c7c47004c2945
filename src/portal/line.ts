import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';

/** Bytes; as much as a Unix socket holds, so that a larger one would not fill. */
const size = 256 * 1024;

/** Bytes of a body from which on the buffer of its own is worth it. */
const large = 1024 * 1024;

/** Where what comes in first is read into, of all connections: each piece is copied before the next is read. */
const entrance = Buffer.allocUnsafeSlow(size);

/** One connection to a session, for one request. */
export interface Line {
  /** For `http.request`, which writes the request and reads the head of the answer. */
  readonly agent: Agent;
  /**
   * Carries what is left of a large body of plain length past Node's HTTP client and its streams, to be called when the
   * answer has come: they take two thirds of a download's work. Any other answer is left to them.
   */
  readonly hasten: (answer: IncomingMessage, response: ServerResponse) => void;
}

type Arrive = (piece: Buffer, memory: Buffer) => boolean;

export function openLine(socketPath: string): Line {
  let socket: Socket | undefined;
  let memory: Buffer = entrance;
  // As Node does it without `onread`.
  const readOn: Arrive = (piece) => socket?.push(Buffer.from(piece)) ?? false;
  let arrive = readOn;

  class OneConnection extends Agent {
    override createConnection(): Socket {
      socket = connect({
        path: socketPath,
        onread: {
          buffer: () => memory,
          callback: (length, used) => arrive((used as Buffer).subarray(0, length), used as Buffer),
        },
      });
      return socket;
    }
  }

  function hasten(answer: IncomingMessage, response: ServerResponse): void {
    let left = plainLength(answer);
    if (socket === undefined || left < large) return;
    const line = socket;
    const spare: Buffer[] = [];
    memory = Buffer.allocUnsafeSlow(size);
    answer.on('data', (piece: Buffer) => {
      left -= piece.length;
    });
    // Without it the end of the line would be thrown, for the HTTP client was not shown the whole body.
    answer.on('error', () => {});
    arrive = (piece, used) => {
      // What the HTTP client had already comes first; and what comes after the end is for it to judge.
      if (line.readableLength > 0 || answer.readableLength > 0 || left <= 0) return readOn(piece, used);
      const body = piece.subarray(0, left);
      left -= body.length;
      if (left === 0) {
        // Nothing is read into this memory any more.
        response.end(used === entrance ? Buffer.from(body) : body);
        line.destroy();
        return false;
      }
      let isTaken = false;
      response.write(used === entrance ? Buffer.from(body) : body, () => {
        if (isTaken) return;
        if (used !== entrance) spare.push(used);
        line.resume();
      });
      // Node holds back what is written until the next tick.
      response.socket?.uncork();
      isTaken = response.writableLength === 0;
      // Memory that the kernel has not taken whole is not read into; meanwhile nothing should be read at all.
      if (!isTaken && used !== entrance) memory = spare.pop() ?? Buffer.allocUnsafeSlow(size);
      return isTaken;
    };
  }

  return { agent: new OneConnection(), hasten };
}

/** Bytes of a body that is nothing but so many bytes; 0 where it is delimited in another way, or where there is none. */
function plainLength(answer: IncomingMessage & { readonly req?: { readonly method?: string } }): number {
  const [length = '', ...others] = answer.headersDistinct['content-length'] ?? [];
  const hasNone = answer.req?.method === 'HEAD' || ![200, 206].includes(answer.statusCode ?? 0);
  if (hasNone || others.length > 0 || answer.headers['transfer-encoding'] !== undefined) return 0;
  return /^\d{1,15}$/.test(length) ? Number(length) : 0;
}
