import { afterEach, expect, test, vi } from 'vitest';
import { asTyped } from './as-typed.ts';
import { parse } from './parse.ts';
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

test('what takes only options is a command too', () => {
  vi.stubEnv('PIER_CALLED_AS', './pier');
  expect(asTyped('pier --verbose and what pier --version --json prints')).toBe(
    './pier --verbose and what ./pier --version --json prints',
  );
});

test('every command of the table is known', () => {
  vi.stubEnv('PIER_CALLED_AS', './pier');
  for (const row of commands.filter(({ hidden, path }) => !hidden && path !== ''))
    expect(asTyped(`pier ${row.path}`)).toBe(`./pier ${row.path}`);
});

test.each(['--help', 'env --help', 'env create --help', 'help completion', 'env remove --help'])(
  'pier %s shows commands as they can be typed',
  async (line) => {
    vi.stubEnv('PIER_CALLED_AS', './pier');
    const request = await parse(line.split(' '));
    const text = request.kind === 'help' ? request.text : '';
    expect(text).toContain('./pier ');
    expect(text).not.toMatch(/(?<![./])pier (?:help|env|completion)/);
  },
);

test('a mistyped command is named by itself', async () => {
  vi.stubEnv('PIER_CALLED_AS', './pier');
  await expect(parse(['lba'])).rejects.toMatchObject({ message: 'There is no command lba.', hint: 'pier lab' });
});
