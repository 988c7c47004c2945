import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeRuntimeDirectory } from '../files/index.ts';
import { start, which } from '../process/index.ts';
import { findPortal } from './client.ts';
import { keyLife } from './keys.ts';
import { writeRedirect } from './redirect.ts';

/** Milliseconds in which a program that opens browsers says that it cannot. One that is the browser itself stays. */
const verdictTakes = 2000;

/**
 * Opens an address in the person's browser, if there is a screen for it.
 *
 *     xdg-open file:///run/user/1000/pier-portal-…/open-….html
 *
 * The address itself is in that file, 0600, and not among the arguments, where every user of the machine sees it.
 */
export async function openInBrowser(url: string): Promise<'opened' | 'no-browser'> {
  const opener = await findOpener(process.env);
  if (!opener) return 'no-browser';
  const file = await placeRedirect(url);
  const [program, ...args] = commandFor(opener, pathToFileURL(file).href) as [string, ...string[]];
  try {
    const { ended } = await start(program, args, { env: process.env, output: 'ignore', ownSession: true });
    const verdict = await Promise.race([ended, pause(verdictTakes)]);
    return verdict && verdict.exitCode !== 0 ? 'no-browser' : 'opened';
  } catch {
    return 'no-browser';
  }
}

/**
 * The words of the command that opens browsers here: the first of `$BROWSER` that there is, or the system's own.
 *
 * Undefined without a screen: over ssh there is one only with X11 or ThinLinc, which set DISPLAY.
 */
export async function findOpener(env: NodeJS.ProcessEnv, platform = process.platform): Promise<string[] | undefined> {
  const remote = Boolean(env.SSH_CONNECTION || env.SSH_TTY);
  const isWindows = Boolean(env.WSL_DISTRO_NAME);
  const hasScreen = Boolean(env.DISPLAY || env.WAYLAND_DISPLAY) || (!remote && (platform === 'darwin' || isWindows));
  if (!hasScreen) return undefined;
  const own = platform === 'darwin' ? 'open' : isWindows ? 'wslview' : 'xdg-open';
  for (const command of [...(env.BROWSER ?? '').split(':'), own]) {
    const [program = '', ...args] = command.trim().split(/\s+/);
    const found = path.isAbsolute(program) ? program : await which(program, env.PATH);
    if (program !== '' && found) return [found, ...args];
  }
  return undefined;
}

/** `%s` in `$BROWSER` stands for the address; without one it comes last. */
export function commandFor(opener: readonly string[], address: string): string[] {
  const named = opener.map((word) => word.replaceAll('%s', () => address));
  return opener.some((word) => word.includes('%s')) ? named : [...named, address];
}

/** In the running portal's own directory, as it sweeps there; else in one of our own, for as long as we run. */
async function placeRedirect(url: string): Promise<string> {
  const portal = await findPortal().catch(() => undefined);
  if (portal) return await writeRedirect(path.dirname(portal.socket), url);
  const directory = await makeRuntimeDirectory('browser');
  const file = await writeRedirect(directory, url);
  setTimeout(() => rm(directory, { recursive: true, force: true }), keyLife.lasting).unref();
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return file;
}

/** Keeps pier running: the program that was started does not, and then nothing else would. */
function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));
}
