import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { errnoOf } from '../../files/index.ts';
import { carry } from '../carry.ts';
import { gateProtocol } from '../gate-key.ts';

export interface GateOptions {
  /** The Unix socket that whoever has the key is led to. */
  readonly socketPath: string;
  readonly key: Buffer;
  readonly identity: string;
  /** Address to listen at; undefined: all of this node. */
  readonly address: string | undefined;
  /** Milliseconds in which a connection must prove that it knows the key. */
  readonly handshakeTakes?: number;
  /** Connections that have not proven it yet; when one more comes, the oldest goes. */
  readonly unproven?: number;
}

/** A listener of this node through which others of ours reach a Unix socket here. */
export interface Gate extends AsyncDisposable {
  readonly port: number;
}

/**
 * Opens a gate at a port that the kernel chooses.
 *
 * What comes in gets nowhere before it has proven that it knows the key; plain HTTP is not answered at all. Who does not
 * know the key cannot keep others out either: the owner's handshake takes milliseconds, and only the oldest unproven
 * connection is dropped.
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const { socketPath, key, identity, address, handshakeTakes = 10_000, unproven = 64 } = options;
  const [waiting, open] = [new Map<string, Socket>(), new Set<Socket>()];
  const server = createServer({
    ...gateProtocol,
    handshakeTimeout: handshakeTakes,
    allowHalfOpen: true,
    pskCallback: (_socket, claimed) => (claimed === identity ? key : null),
  });
  // Before TLS's own listener: a socket must be counted by the time it can be proven.
  server.prependListener('connection', (socket: Socket) => {
    socket.setNoDelay(true).on('error', () => socket.destroy());
    const name = peerOf(socket);
    open.add(socket);
    waiting.set(name, socket);
    socket.once('close', () => {
      open.delete(socket);
      if (waiting.get(name) === socket) waiting.delete(name);
    });
    if (waiting.size > unproven) waiting.values().next().value?.destroy();
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('secureConnection', (proven: TLSSocket) => {
    waiting.delete(peerOf(proven));
    carry(proven, connect({ path: socketPath, allowHalfOpen: true }));
  });
  await listen(server, address);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

async function listen(server: Server, address: string | undefined): Promise<void> {
  try {
    server.listen({ port: 0, exclusive: true, ...(address === undefined ? { host: '::' } : { host: address }) });
    await once(server, 'listening');
  } catch (error) {
    // A kernel without IPv6.
    if (address !== undefined || !['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(errnoOf(error) ?? '')) throw error;
    server.listen({ port: 0, exclusive: true, host: '0.0.0.0' });
    await once(server, 'listening');
  }
}
