import { randomInt } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const portalPattern = /^portal-[a-z2-7]{10}$/;
const sessionPattern = /^[a-z][a-z2-7]{7}$/;

/** The portal's own label, `portal-<random>`: nobody can prepare cookies or service workers for it beforehand. */
export function makeLabel(): string {
  return `portal-${Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('')}`;
}

export function isPortalLabel(label: string): boolean {
  return portalPattern.test(label);
}

/** A session's id is its label: eight characters, so never the portal's. */
export function isSessionLabel(label: string): boolean {
  return sessionPattern.test(label);
}

/** `http://<label>.localhost:<port>/<path>`. Every browser leaves out port 80, so it is left out here. */
export function addressOf(label: string, port: number, path = '/'): string {
  return `http://${label}.localhost${port === 80 ? '' : `:${port}`}${path}`;
}
