import { afterEach, expect, test, vi } from 'vitest';
import { asTyped } from './as-typed.ts';
import { commands } from './program.ts';

afterEach(() => void vi.unstubAllEnvs());

test('commands in a hint are the ones that can be typed, and prose stays', () => {
  const hint = 'pier remembers it. Back to it: pier session open kd3m7q2a, or `pier lab`; see /software/pier env';
  expect(asTyped(hint)).toBe(hint);
  vi.stubEnv('PIER_CALLED_AS', './pier');
  expect(asTyped(hint)).toBe(
    'pier remembers it. Back to it: ./pier session open kd3m7q2a, or `./pier lab`; see /software/pier env',
  );
  expect(asTyped(asTyped(hint))).toBe(asTyped(hint));
});

test('help and version are commands too', () => {
  vi.stubEnv('PIER_CALLED_AS', './pier');
  expect(asTyped('pier --help and what pier --version --json prints')).toBe(
    './pier --help and what ./pier --version --json prints',
  );
});

test('every command of the table is known', () => {
  vi.stubEnv('PIER_CALLED_AS', './pier');
  for (const row of commands.filter(({ hidden, path }) => !hidden && path !== ''))
    expect(asTyped(`pier ${row.path}`)).toBe(`./pier ${row.path}`);
});
