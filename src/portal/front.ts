import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { errnoOf, PierError } from '../files/index.ts';

/** Listeners on the machine's own loopback addresses, which is what a browser here can reach. */
export interface Front extends AsyncDisposable {
  readonly port: number;
}

/** Ports that the kernel may offer before one is free on both addresses. */
const attempts = 20;

/**
 * Listens on 127.0.0.1 and [::1] at the same port, so nobody else can have half of a `localhost` name.
 *
 * Takes the wanted port if both are free, otherwise one that the kernel chooses. A machine without [::1] is fine.
 * Error: `no-port`.
 */
export async function openFront(wanted: number | null, take: (connection: Socket) => void): Promise<Front> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const servers = await listenOnBoth(attempt === 0 ? (wanted ?? 0) : 0, take);
    if (!servers) continue;
    return {
      port: portOf(servers[0] as Server),
      [Symbol.asyncDispose]: async () => {
        await Promise.all(servers.map(close));
      },
    };
  }
  throw new PierError('no-port', `No port is free on both 127.0.0.1 and [::1], after ${attempts} attempts.`, {
    hint: 'ss -tln shows who listens.',
  });
}

/** Undefined when somebody else has one of the two. */
async function listenOnBoth(port: number, take: (connection: Socket) => void): Promise<Server[] | undefined> {
  const four = await listen('127.0.0.1', port, take);
  if (typeof four === 'string') return undefined;
  const six = await listen('::1', portOf(four), take);
  if (typeof six !== 'string') return [four, six];
  if (six === 'absent') return [four];
  await close(four);
  return undefined;
}

async function listen(host: string, port: number, take: (connection: Socket) => void) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, take);
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return server;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EADDRINUSE' || errno === 'EACCES') return 'taken';
    if (host === '::1' && (errno === 'EADDRNOTAVAIL' || errno === 'EAFNOSUPPORT')) return 'absent';
    throw error;
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
