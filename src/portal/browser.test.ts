import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox, until } from '../../test/sandbox.ts';
import { run } from '../process/index.ts';
import { commandFor, findOpener, openInBrowser } from './browser.ts';
import { sweepRedirects, writeRedirect } from './redirect.ts';
import { buildProgram } from './stand-program.ts';

const url = 'http://kd3m7q2a.localhost:8123/pier/sign-in#one-time-key';
let box: Sandbox;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  vi.stubEnv('XDG_RUNTIME_DIR', '');
  vi.stubEnv('TMPDIR', box.directory);
  vi.stubEnv('DISPLAY', ':0');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

/** A program that keeps what it is called with and ends with a status. */
async function recorder(status: number): Promise<{ program: string; called: () => Promise<string | undefined> }> {
  const [program, out] = [path.join(box.directory, 'browser'), path.join(box.directory, 'called')];
  await writeFile(
    program,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${out}.new'\nmv '${out}.new' '${out}'\nexit ${status}\n`,
    {
      mode: 0o755,
    },
  );
  return { program, called: () => readFile(out, 'utf8').catch(() => undefined) };
}

test('the browser is given a file that only we can read, never the key', async () => {
  const { program, called } = await recorder(0);
  vi.stubEnv('BROWSER', `${program} --new-window`);
  expect(await openInBrowser(url)).toBe('opened');
  const words = await until(called);
  expect(words).toMatch(/^--new-window\nfile:\/\/\S+\n$/);
  expect(words).not.toContain('one-time-key');
  const file = new URL(words.split('\n')[1] as string).pathname;
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  expect(await readFile(file, 'utf8')).toContain(`url=${url}`);
});

test('a program that says that it cannot is no browser', async () => {
  vi.stubEnv('BROWSER', (await recorder(3)).program);
  expect(await openInBrowser(url)).toBe('no-browser');
});

test('a browser that stays open is not waited for, but for the verdict', async () => {
  const program = path.join(box.directory, 'browser');
  await writeFile(program, '#!/bin/sh\nexec sleep 5\n', { mode: 0o755 });
  // In a process of its own: there, nothing else keeps pier running until it has said so.
  await using opener = await buildProgram(`portal.openInBrowser('${url}').then(console.log);`);
  const env = { ...process.env, BROWSER: program };
  const result = await run(opener.command[0], opener.command.slice(1), { env, timeoutMs: 10_000 });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'opened\n' });
});

test.each([
  ['no screen', {}, 'linux', false],
  ['an X11 screen', { DISPLAY: ':0' }, 'linux', true],
  ['a Wayland screen', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
  ['ssh with no screen', { SSH_CONNECTION: 'a b c d' }, 'linux', false],
  ['ssh with X11 or ThinLinc', { SSH_CONNECTION: 'a b c d', DISPLAY: ':10' }, 'linux', true],
  ['a Mac', {}, 'darwin', true],
  ['a Mac over ssh', { SSH_TTY: '/dev/ttys001' }, 'darwin', false],
  ['Windows Subsystem for Linux', { WSL_DISTRO_NAME: 'Ubuntu' }, 'linux', true],
] as const)('with %s a browser is looked for only where it can be seen', async (_, env, platform, found) => {
  const BROWSER = '/bin/true';
  expect((await findOpener({ ...env, BROWSER }, platform)) !== undefined).toBe(found);
});

test('of $BROWSER the first that is there is taken', async () => {
  const env = { DISPLAY: ':0', PATH: process.env.PATH, BROWSER: 'no-such-browser:sh -c:true' };
  expect(await findOpener(env, 'linux')).toEqual([expect.stringMatching(/\/sh$/), '-c']);
  expect(await findOpener({ DISPLAY: ':0', PATH: '' }, 'linux')).toBeUndefined();
});

test('the address comes last, or where %s stands', () => {
  expect(commandFor(['firefox', '-P', 'x'], 'file:///$&')).toEqual(['firefox', '-P', 'x', 'file:///$&']);
  expect(commandFor(['opener', '--url=%s', '-b'], 'file:///$&')).toEqual(['opener', '--url=file:///$&', '-b']);
});

test('pages whose keys are too old are swept, and nothing else', async () => {
  const [old, other] = [await writeRedirect(box.directory, url), path.join(box.directory, 'open-other.txt')];
  await writeFile(other, '');
  await sweepRedirects(box.directory);
  expect((await stat(old)).isFile()).toBe(true);
  await sweepRedirects(box.directory, 0);
  await expect(stat(old)).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await stat(other)).isFile()).toBe(true);
});

test('an address with quotes stays within the page', async () => {
  const file = await writeRedirect(box.directory, 'http://x/#"><script>');
  expect(await readFile(file, 'utf8')).not.toContain('<script>');
});
