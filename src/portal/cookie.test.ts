import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSignedIn, makeCookie, withoutCookie } from './cookie.ts';

const secret = randomBytes(32);
const label = 'kd3m7q2a';
const day = 24 * 3600 * 1000;

function cookie(now?: number): string {
  return makeCookie(secret, label, now).split(';')[0] as string;
}

test('the cookie is bound to its host, hidden from scripts and kept from other sites', () => {
  expect(makeCookie(secret, label)).toMatch(
    /^__Host-pier=[\w-]+\.[\w-]{43}; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
  );
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
