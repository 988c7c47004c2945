import { sameText, sign } from './secret.ts';

/**
 * The portal's cookie. The prefix binds it to the one host it came from: it needs `Secure` and `Path=/`, and no
 * `Domain` (RFC 6265bis, 4.1.3.2); browsers take `*.localhost` over http for secure.
 */
export const cookieName = '__Host-pier';

/** Seconds: 30 days. */
const cookieLife = 30 * 24 * 3600;

/** The `Set-Cookie` that signs a browser in to one label: `time.signature`, with nothing to be kept here. */
export function makeCookie(secret: Buffer, label: string, now = Date.now()): string {
  const time = Buffer.from(String(now)).toString('base64url');
  const value = `${time}.${sign(secret, 'cookie', `${label}\n${time}`)}`;
  return `${cookieName}=${value}; Max-Age=${cookieLife}; Path=/; Secure; HttpOnly; SameSite=Strict`;
}

/** Whether a `Cookie` header signs its sender in to this label. Of several, one must be good: others may be planted. */
export function isSignedIn(secret: Buffer, label: string, header: string | undefined, now = Date.now()): boolean {
  return pairs(header).some(([name, value]) => name === cookieName && isGood(secret, label, value, now));
}

function isGood(secret: Buffer, label: string, value: string, now: number): boolean {
  const [time = '', signature = '', ...rest] = value.split('.');
  if (rest.length > 0 || !sameText(signature, sign(secret, 'cookie', `${label}\n${time}`))) return false;
  const age = now - Number(Buffer.from(time, 'base64url').toString());
  return age >= -60_000 && age < cookieLife * 1000;
}

/** The `Cookie` header as the session may see it; undefined when nothing is left. */
export function withoutCookie(header: string | undefined): string | undefined {
  const kept = pairs(header).flatMap(([name, , whole]) => (name === cookieName ? [] : [whole]));
  return kept.length === 0 ? undefined : kept.join('; ');
}

function pairs(header = ''): [name: string, value: string, whole: string][] {
  return header.split(';').flatMap((part) => {
    const whole = part.trim();
    const [name = '', ...value] = whole.split('=');
    return whole === '' ? [] : [[name.trim(), value.join('=').trim(), whole]];
  });
}
