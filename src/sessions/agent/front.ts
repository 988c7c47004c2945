import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { errnoOf, PierError } from '../../files/index.ts';
import { carry } from '../carry.ts';

/** Listeners at one port of several addresses, which lead to one Jupyter. */
export interface Front extends AsyncDisposable {
  readonly port: number;
}

/** Ports tried before one is free on all addresses. */
const attempts = 500;

/**
 * Leads a port of the site's range, on each of these addresses, to where Jupyter listens.
 *
 * No port is looked for and then used: it is ours when we listen. Error: `no-port`.
 */
export async function openFront(
  addresses: readonly string[],
  [first, last]: readonly [number, number],
  to: NetConnectOpts,
): Promise<Front> {
  const open = new Set<Socket>();
  const take = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    carry(socket, connect({ ...to, allowHalfOpen: true }).setNoDelay(true));
  };
  const count = last - first + 1;
  const offset = randomInt(count);
  for (let attempt = 0; attempt < Math.min(attempts, count); attempt++) {
    const port = first + ((offset + attempt) % count);
    const servers = await listenOnAll(addresses, port, take);
    if (!servers) continue;
    return {
      port,
      [Symbol.asyncDispose]: async () => {
        const closed = servers.map(close);
        for (const socket of open) socket.destroy();
        await Promise.all(closed);
      },
    };
  }
  throw new PierError('no-port', `No port from ${first} to ${last} is free on ${addresses.join(' and ')}.`, {
    hint: 'without --direct no port is needed',
  });
}

/** Undefined when somebody else has the port on one of them. */
async function listenOnAll(addresses: readonly string[], port: number, take: (socket: Socket) => void) {
  const servers: Server[] = [];
  try {
    for (const host of addresses) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, take);
      server.listen({ host, port, exclusive: true });
      await once(server, 'listening');
      servers.push(server);
    }
    return servers;
  } catch (error) {
    await Promise.all(servers.map(close));
    if (['EADDRINUSE', 'EACCES'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
