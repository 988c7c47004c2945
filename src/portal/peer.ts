import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { uid } from '../files/index.ts';

/** A look-up while connections come and go may pass over a line: proc(5) promises no snapshot. */
const looks = 3;

/**
 * Whether the other end of a loopback connection belongs to this user, by `/proc/net/tcp` or `tcp6` (proc(5)).
 *
 * A socket that was closed already shows uid 0 and inode 0: that is nobody. Not found, or not readable: no.
 * Only Linux can tell; elsewhere the answer is yes, and the cookie stands alone (docs/portal.md).
 */
export async function isOurPeer(socket: Socket): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (!remoteAddress || !remotePort || !localAddress || !localPort) return false;
  const theirs = kernelAddress(remoteAddress, remotePort);
  const ours = kernelAddress(localAddress, localPort);
  if (!theirs || !ours) return false;
  const table = remoteAddress.includes(':') ? '/proc/net/tcp6' : '/proc/net/tcp';
  for (let look = 0; look < looks; look++) {
    const owner = ownerIn(await readFile(table, 'latin1').catch(() => ''), theirs, ours);
    if (owner) return owner.uid === uid() && owner.inode !== '0';
  }
  return false;
}

/** The owner of the end `local` that is connected to `remote`. */
export function ownerIn(table: string, local: string, remote: string): { uid: number; inode: string } | undefined {
  for (const line of table.split('\n')) {
    if (!line.includes(local)) continue;
    const fields = line.trim().split(/\s+/);
    if (fields[1] === local && fields[2] === remote) return { uid: Number(fields[7]), inode: fields[9] ?? '0' };
  }
  return undefined;
}

/** `127.0.0.1`, 80 as `0100007F:0050`: the kernel prints each 32-bit word in the machine's own byte order. */
export function kernelAddress(address: string, port: number): string | undefined {
  const bytes = address === '::1' ? [...new Array(15).fill(0), 1] : address.split('.').map(Number);
  if (bytes.length !== 16 && bytes.length !== 4) return undefined;
  const words = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    words.push(...(endianness() === 'LE' ? word.reverse() : word));
  }
  const hex = Buffer.from(words).toString('hex').toUpperCase();
  return `${hex}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}
