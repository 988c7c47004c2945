import { constants as openssl, randomBytes, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { cannotWrite, PierError, tilde, uid } from '../files/index.ts';

const keyBytes = 32;

/**
 * What both sides of a gate speak: TLS 1.2 with a key that both know and a fresh exchange for each connection
 * (ECDHE-PSK, RFC 5489 and 7905), so what is recorded today cannot be read with a key that leaks tomorrow.
 *
 * No certificates: there is nobody to sign one, and so no authorities, which Node would read otherwise: 40 ms in each
 * process. The second cipher is for machines where the first one is not allowed.
 */
export const gateProtocol: SecureContextOptions = {
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305:ECDHE-PSK-AES256-CBC-SHA384',
  ca: [],
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  // Each connection proves the key anew, and once.
  secureOptions: openssl.SSL_OP_NO_TICKET | openssl.SSL_OP_NO_RENEGOTIATION,
};

/** Who the two sides of a gate are: one run of one attempt of one session. Not secret. */
export function gateIdentity(id: string, attempt: number, restart: number): string {
  return `pier ${id} ${attempt} ${restart}`;
}

/** Makes the key of a run, in a file that only we can read: 32 random bytes. Errors: `cannot-write`. */
export async function makeGateKey(file: string): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  try {
    await rm(file, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    await using handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    await handle.writeFile(key);
    // The other side reads it on another machine.
    await handle.sync();
    return key;
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Reads the key of a run. Errors: `gate-key-missing`; `gate-key-untrusted` when another user could have it too. */
export async function readGateKey(file: string): Promise<Buffer> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  await using handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((cause) => {
    throw new PierError('gate-key-missing', `The key of its gate, ${tilde(file)}, cannot be read.`, { cause });
  });
  const stats = await handle.stat();
  if (stats.isFile() && stats.uid === uid() && (stats.mode & 0o077) === 0 && stats.size === keyBytes) {
    return await handle.readFile();
  }
  throw new PierError('gate-key-untrusted', `The key of its gate, ${tilde(file)}, is not ours alone.`);
}

/** Removes the key of a run that is over; the one of a run that has taken its place since stays. */
export async function removeGateKey(file: string, key: Buffer): Promise<void> {
  const there = await readGateKey(file).catch(() => undefined);
  if (there && timingSafeEqual(there, key)) await rm(file, { force: true });
}
