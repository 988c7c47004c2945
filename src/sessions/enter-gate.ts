import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { errnoOf, PierError } from '../files/index.ts';
import { gateProtocol } from './gate-key.ts';

export interface GateDoor {
  /** A name or address of the node. */
  readonly host: string;
  readonly port: number;
  readonly key: Buffer;
  readonly identity: string;
}

/**
 * One connection through a gate, once both sides have proven that they know the key.
 *
 * Errors: `gate-unreachable`; `gate-foreign` when something listens there that does not know the key.
 */
export async function enterGate({ host, port, key, identity }: GateDoor, timeoutMs: number): Promise<TLSSocket> {
  const options: ConnectionOptions & { allowHalfOpen: boolean } = {
    ...gateProtocol,
    host,
    port,
    pskCallback: () => ({ psk: key, identity }),
    // There is no certificate; that the handshake came to its end is the proof.
    checkServerIdentity: () => undefined,
    allowHalfOpen: true,
  };
  return await new Promise((resolve, reject) => {
    const socket = connectTls(options);
    let connected = false;
    socket.setNoDelay(true).once('connect', () => {
      connected = true;
    });
    const timer = setTimeout(() => socket.destroy(timedOut()), timeoutMs);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(connected ? foreign(host, port, error) : unreachable(host, port, error));
    };
    const closed = () => fail(new Error('it closed the connection'));
    socket.once('error', fail).once('close', closed);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', fail).off('close', closed);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

function timedOut(): Error {
  return Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
}

function unreachable(host: string, port: number, cause: Error): PierError {
  const why: Record<string, string> = {
    ECONNREFUSED: 'nobody listens there',
    ETIMEDOUT: 'no answer',
    ENOTFOUND: 'its name is not known here',
    EAI_AGAIN: 'its name cannot be looked up now',
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no way to it',
  };
  const errno = errnoOf(cause) ?? '';
  return new PierError('gate-unreachable', `${host}, port ${port}: ${why[errno] ?? cause.message}.`, { cause });
}

function foreign(host: string, port: number, cause: Error): PierError {
  const why = errnoOf(cause) === 'ETIMEDOUT' ? 'did not answer' : 'does not know the session’s key';
  return new PierError('gate-foreign', `What listens at ${host}, port ${port}, ${why}.`, { cause });
}
