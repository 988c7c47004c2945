import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSignedIn, makeCookie, withoutCookie } from './cookie.ts';

const secret = randomBytes(32);
const label = 'kd3m7q2a';
const day = 24 * 3600 * 1000;

function cookie(now?: number): string {
  return makeCookie(secret, label, '', now).split(';')[0] as string;
}

const safari =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15';
const onIphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148';
const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

test('the cookie is bound to its host, hidden from scripts and kept from other sites', () => {
  expect(makeCookie(secret, label)).toMatch(
    /^__Host-pier=[\w-]+\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  );
});

test.each([safari, onIphone])('%s is given one that it keeps, which signs in as the other does', (agent) => {
  const made = makeCookie(secret, label, agent);
  expect(made).toMatch(/^pier=[\w-]+\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
  const [header] = made.split(';');
  expect([isSignedIn(secret, label, header), isSignedIn(secret, 'abcdefgh', header)]).toEqual([true, false]);
  expect(withoutCookie(`a=1; ${header}`)).toBe('a=1');
});

test.each([chrome, chrome.replace('Chrome', 'HeadlessChrome'), firefox])('%s keeps the stricter one', (agent) => {
  expect(makeCookie(secret, label, agent)).toMatch(/^__Host-pier=.* Secure$/);
});

test('it signs in to its own label, with any secret but its own to none', () => {
  expect(isSignedIn(secret, label, cookie())).toBe(true);
  expect(isSignedIn(secret, 'abcdefgh', cookie())).toBe(false);
  expect(isSignedIn(randomBytes(32), label, cookie())).toBe(false);
});

test('it is good for thirty days, and not before its time', () => {
  const made = cookie(0);
  expect(isSignedIn(secret, label, made, 30 * day - 1)).toBe(true);
  expect(isSignedIn(secret, label, made, 30 * day)).toBe(false);
  expect(isSignedIn(secret, label, cookie(day), 0)).toBe(false);
});

test.each([
  ['nothing', undefined],
  ['no value', '__Host-pier='],
  ['no signature', cookie().split('.')[0]],
  [
    'another time under the same signature',
    cookie().replace(/=[\w-]+\./, `=${Buffer.from('9').toString('base64url')}.`),
  ],
  ['more after it', `${cookie()}.x`],
  ['another name', cookie().replace('__Host-pier', '__host-pier')],
  ['a signature cut short', cookie().slice(0, -1)],
  ['not a number, signed with nothing', '__Host-pier=Tm90.'],
])('it is refused with %s', (_, header) => {
  expect(isSignedIn(secret, label, header)).toBe(false);
});

test('one that a neighbour planted beside ours does not sign us out', () => {
  expect(isSignedIn(secret, label, `__Host-pier=planted; ${cookie()}`)).toBe(true);
});

test('the session sees every cookie but ours', () => {
  expect(withoutCookie(`a=1; ${cookie()};b="x=y"; __Host-pier=2`)).toBe('a=1; b="x=y"');
  expect(withoutCookie(cookie())).toBeUndefined();
  expect(withoutCookie(undefined)).toBeUndefined();
});
