import { isIP } from 'node:net';
import { PierError } from '../../files/index.ts';
import { readRecords } from '../records.ts';
import type { Session } from '../session.ts';

/** Where a session is that has an address of its own, from the listening node's own point of view. */
export interface DirectAddress {
  readonly address: string;
  readonly port: number;
  /** With the token in it: who has it can use the session. */
  readonly url: string;
}

/**
 * The addresses, with their token, of a session that is served directly; the node's main one first.
 *
 * Error: `session-not-ready`.
 */
export async function directAddresses(session: Session): Promise<readonly DirectAddress[]> {
  const { endpoint } = await readRecords(session.id);
  if (endpoint?.endpoint.kind !== 'direct') {
    throw new PierError('session-not-ready', `Session ${session.id} does not answer yet.`, {
      hint: 'pier session list',
    });
  }
  const { port, addresses = ['127.0.0.1'] } = endpoint.endpoint;
  const token = encodeURIComponent(endpoint.endpoint.token);
  const page = session.app === 'lab' ? 'lab' : 'tree';
  // A record is data: only what is an address becomes part of one that is printed to be pasted.
  return addresses
    .filter((address) => isIP(address) === 4)
    .map((address) => ({ address, port, url: `http://${address}:${port}/${page}?token=${token}` }));
}
