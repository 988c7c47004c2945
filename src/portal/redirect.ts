import { randomBytes } from 'node:crypto';
import { lstat, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from '../files/index.ts';
import { keyLife } from './keys.ts';
import { html } from './page.ts';

/**
 * Writes a page, 0600, that leads on to an address, and gives back its path.
 *
 * So the one-time key in the address is never in a program's arguments, which every user of the machine can read.
 */
export async function writeRedirect(directory: string, url: string): Promise<string> {
  const file = path.join(directory, `open-${randomBytes(9).toString('base64url')}.html`);
  const { markup } = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>pier</title><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}"></head>
<body><p><a href="${url}">Go on to pier</a></p></body>
</html>
`;
  await writeFile(file, markup, { mode: 0o600, flag: 'wx' });
  return file;
}

/** Removes the pages whose keys are too old to be used. */
export async function sweepRedirects(directory: string, olderThan: number = keyLife.lasting): Promise<void> {
  for (const name of await namesIn(directory).catch(() => [])) {
    const file = path.join(directory, name);
    if (!/^open-[\w-]+\.html$/.test(name)) continue;
    const stats = await lstat(file).catch(() => undefined);
    if (stats && Date.now() - stats.mtimeMs >= olderThan) await rm(file, { force: true });
  }
}
