import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { offerFor } from './complete.ts';

/** Completes a line; its last word is the one being typed, empty behind a space. */
async function offered(line: string): Promise<readonly string[] | string> {
  const offer = await offerFor(line.split(' '));
  return 'byShell' in offer ? `:${offer.byShell}` : offer.map(({ value }) => value);
}

test('first words are commands and groups, none of them hidden', async () => {
  expect(await offered('')).toContain('env');
  expect(await offered('')).not.toContain('agent');
  expect(await offered('se')).toEqual(['session']);
  expect(await offered('catalogue ')).toEqual(['list', 'show']);
  expect(await offered('--site local env cr')).toEqual(['create']);
  expect(await offered('help ses')).toEqual(['session']);
  expect(await offered('nope ')).toEqual([]);
});

test('options are offered once, with those that every command takes', async () => {
  expect(await offered('lab --no-b')).toEqual(['--no-browser']);
  expect(await offered('lab --no-browser --no-')).toEqual(['--no-input']);
  expect(await offered('lab --detach --j')).toEqual(['--json']);
  expect(await offered('portal --s')).toEqual(['--stop', '--site']);
});

test('values are offered behind a word, behind =, and behind a short option', async () => {
  expect(await offered('lab --on ')).toEqual(['here', 'login', 'compute']);
  expect(await offered('lab --on=h')).toEqual(['--on=here']);
  expect(await offered('env create new --from s')).toEqual(['sci']);
  expect(await offered('completion ')).toEqual(['bash', 'zsh', 'fish']);
  expect(await offered('catalogue show ')).toContain('sci');
});

test('files, directories and programs are left to the shell', async () => {
  expect(await offered('site check ')).toBe(':file');
  expect(await offered('lab --dir ')).toBe(':directory');
  expect(await offered('exec -e sci -- ')).toBe(':command');
  expect(await offered('exec -e sci -- python -')).toBe(':file');
  expect(await offered('exec -e sci python --')).toBe(':file');
});

test('where nothing exists yet, nothing is offered and nothing fails', async () => {
  const home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
  for (const name of ['HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME']) vi.stubEnv(name, home);
  try {
    expect(await offered('session stop ')).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  }
});
