import { sameText, sign } from './secret.ts';

/**
 * The portal's cookie. The prefix binds it to the one host it came from: it needs `Secure` and `Path=/`, and no
 * `Domain` (RFC 6265bis, 4.1.3.2); browsers take `*.localhost` over http for secure.
 */
const cookieName = '__Host-pier';

/**
 * The same without the prefix and without `Secure`, for a browser that takes no `*.localhost` over http for secure: WebKit's,
 * Safari before all (webkit.org/b/281149). What the prefix forbids is no use against us: a cookie that was planted from
 * another host has no signature for this one.
 */
const plainName = 'pier';

/** Seconds: 30 days. */
const cookieLife = 30 * 24 * 3600;

/** The `Set-Cookie` that signs a browser, by its `User-Agent`, in to one label: `time.signature`, with nothing to be kept here. */
export function makeCookie(secret: Buffer, label: string, agent = '', now = Date.now()): string {
  const time = Buffer.from(String(now)).toString('base64url');
  const value = `${time}.${sign(secret, 'cookie', `${label}\n${time}`)}`;
  const kept = `Max-Age=${cookieLife}; Path=/; HttpOnly; SameSite=Strict`;
  return isWebKit(agent) ? `${plainName}=${value}; ${kept}` : `${cookieName}=${value}; ${kept}; Secure`;
}

/** Chromium's browsers say that they are WebKit's, too. */
function isWebKit(agent: string): boolean {
  return /AppleWebKit\//.test(agent) && !/Chrom(e|ium)\//.test(agent);
}

function isOurs(name: string): boolean {
  return name === cookieName || name === plainName;
}

/** Whether a `Cookie` header signs its sender in to this label. Of several, one must be good: others may be planted. */
export function isSignedIn(secret: Buffer, label: string, header: string | undefined, now = Date.now()): boolean {
  return pairs(header).some(([name, value]) => isOurs(name) && isGood(secret, label, value, now));
}

function isGood(secret: Buffer, label: string, value: string, now: number): boolean {
  const [time = '', signature = '', ...rest] = value.split('.');
  if (rest.length > 0 || !sameText(signature, sign(secret, 'cookie', `${label}\n${time}`))) return false;
  const age = now - Number(Buffer.from(time, 'base64url').toString());
  return age >= -60_000 && age < cookieLife * 1000;
}

/** The `Cookie` header as the session may see it; undefined when nothing is left. */
export function withoutCookie(header: string | undefined): string | undefined {
  const kept = pairs(header).flatMap(([name, , whole]) => (isOurs(name) ? [] : [whole]));
  return kept.length === 0 ? undefined : kept.join('; ');
}

function pairs(header = ''): [name: string, value: string, whole: string][] {
  return header.split(';').flatMap((part) => {
    const whole = part.trim();
    const [name = '', ...value] = whole.split('=');
    return whole === '' ? [] : [[name.trim(), value.join('=').trim(), whole]];
  });
}
