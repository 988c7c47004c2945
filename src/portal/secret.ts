import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateDirectory, PierError, places, readRecord, tilde, writeRecordOnce } from '../files/index.ts';

/** `<state>/portal`, 0700. What every host of ours shares lies in it; what is one host's, in a directory below. */
export function portalDirectory(): string {
  return path.join(places().state, 'portal');
}

/**
 * The secret that cookies and the control token are made with: 32 bytes, kept in `<state>/portal/secret`, 0600.
 *
 * It outlives the portal, so whoever is signed in stays so when the portal is started again. Made once; first wins.
 */
export async function readOrMakeSecret(): Promise<Buffer> {
  await makePrivateDirectory(portalDirectory());
  const file = path.join(portalDirectory(), 'secret');
  for (;;) {
    const found = await readSecret(file);
    if (found) return found;
    await writeRecordOnce(file, randomBytes(32).toString('base64url'));
  }
}

async function readSecret(file: string): Promise<Buffer | undefined> {
  const value = await readRecord(file).catch(async (error) => {
    // Cut off, as by a full disk: nothing depends on it that a new sign-in does not bring back.
    if (!(error instanceof PierError) || error.code !== 'record-damaged') throw error;
    await rm(file, { force: true });
    return undefined;
  });
  if (value === undefined) return undefined;
  const secret = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  if (secret.length === 32) return secret;
  throw new PierError('record-damaged', `${tilde(file)} does not hold the portal's secret.`, { hint: `rm '${file}'` });
}

/** HMAC-SHA256 of a text for one purpose, in base64url. */
export function sign(secret: Buffer, purpose: 'cookie' | 'control', text: string): string {
  return createHmac('sha256', secret).update(`${purpose}\n${text}`).digest('base64url');
}

/** Compares in a time that tells nothing of where two texts differ. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
