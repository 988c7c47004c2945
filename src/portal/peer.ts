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
    const owner = ownerIn(await freshTable(table), theirs, ours);
    if (owner) return owner.uid === uid() && owner.inode !== '0';
  }
  return false;
}

/** The table, read after this was called. All who ask while one is being read share the next: it grows with them. */
const readings = new Map<string, { running: Promise<string>; next?: Promise<string> | undefined }>();

function freshTable(file: string): Promise<string> {
  const reading = readings.get(file);
  if (reading) {
    reading.next ??= reading.running.then(() => freshTable(file));
    return reading.next;
  }
  const running = readFile(file, 'latin1')
    .catch(() => '')
    .finally(() => readings.delete(file));
  readings.set(file, { running });
  return running;
}

/** The owner of the end `local` that is connected to `remote`. */
export function ownerIn(table: string, local: string, remote: string): { uid: number; inode: string } | undefined {
  const at = table.indexOf(`: ${local} ${remote} `);
  if (at < 0) return undefined;
  const fields = table.slice(at + 2, table.indexOf('\n', at)).split(/\s+/);
  return { uid: Number(fields[6]), inode: fields[8] ?? '0' };
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
