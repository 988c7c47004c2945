import { beforeEach, expect, test } from 'vitest';
import { createKeys, type Keys, keyLife } from './keys.ts';

let now = 0;
let keys: Keys;
beforeEach(() => {
  now = Date.parse('2026-11-23T10:00:00Z');
  keys = createKeys(() => now);
});

test('a key has 16 bytes of chance and opens its own label', () => {
  const key = keys.mint('kd3m7q2a', keyLife.opened);
  expect(Buffer.from(key, 'base64url')).toHaveLength(16);
  expect(keys.redeem('kd3m7q2a', key)).toBe('ok');
});

test('a key that was used is wrong the second time', () => {
  const key = keys.mint('kd3m7q2a', keyLife.opened);
  keys.redeem('kd3m7q2a', key);
  expect(keys.redeem('kd3m7q2a', key)).toBe('wrong');
});

test('a key is good for two minutes, and for ten when a person carries it', () => {
  const opened = [keys.mint('kd3m7q2a', keyLife.opened), keys.mint('kd3m7q2a', keyLife.opened)] as const;
  const carried = keys.mint('kd3m7q2a', keyLife.lasting);
  now += 119_999;
  expect(keys.redeem('kd3m7q2a', opened[0])).toBe('ok');
  now += 1;
  expect(keys.redeem('kd3m7q2a', opened[1])).toBe('wrong');
  now += 479_999;
  expect(keys.redeem('kd3m7q2a', carried)).toBe('ok');
});

test('a key of one label opens no other, and is spoilt by the attempt', () => {
  const key = keys.mint('kd3m7q2a', keyLife.opened);
  expect(keys.redeem('portal-abcdefghij', key)).toBe('wrong');
  expect(keys.redeem('kd3m7q2a', key)).toBe('wrong');
});

test('after ten wrong keys in a minute none is looked at, for that label only', () => {
  const [good, other] = [keys.mint('kd3m7q2a', keyLife.opened), keys.mint('abcdefgh', keyLife.opened)];
  for (let guess = 0; guess < 10; guess++) expect(keys.redeem('kd3m7q2a', `guess${guess}`)).toBe('wrong');
  expect(keys.redeem('kd3m7q2a', good)).toBe('too-many');
  expect(keys.redeem('abcdefgh', other)).toBe('ok');
  now += 60_000;
  expect(keys.redeem('kd3m7q2a', good)).toBe('ok');
});
