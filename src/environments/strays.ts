import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { installedIn } from './distributions.ts';
import type { Environment } from './environment.ts';
import { recordRows } from './installed-files.ts';
import { namesAt, readSmallFile } from './small-file.ts';

/** What uv, venv and virtualenv put into an environment besides packages. */
const skeleton =
  /^(pyvenv\.cfg|\.gitignore|CACHEDIR\.TAG|\.lock|lib64|bin\/(python[\d.t]*|pypy[\d.]*|[Aa]ctivate[\w.]*|deactivate[\w.]*|pydoc\.bat)|(lib\/[^/]+\/site-packages|lib64)\/(_virtualenv\.(py|pth)|distutils-precedence\.pth))$/;

/** Directories of the program that made it. */
const inner = new Set(['.pier', 'conda-meta', '__pycache__', '.condatmp']);

/**
 * Files in an environment that no package brought and no program made: what a person put there. Relative paths, sorted;
 * a directory in which there is nothing else is one entry, with a slash behind it. At most `most` are given.
 */
export async function strayFiles(environment: Environment, most = 1000): Promise<string[]> {
  const { prefix } = environment;
  const owned = new Set([...pythonFiles(prefix), ...condaFiles(prefix)]);
  const found: string[] = [];
  const look = async (at: string): Promise<boolean> => {
    await setImmediate();
    const mine = found.length;
    let whole = true;
    for (const entry of readdirSync(path.join(prefix, at), { withFileTypes: true })) {
      const relative = path.join(at, entry.name);
      if (inner.has(entry.name) && (at === '' || entry.name === '__pycache__')) whole = false;
      else if (entry.isDirectory()) whole = (await look(relative)) && whole;
      else if (owned.has(relative) || skeleton.test(relative) || entry.name.endsWith('.pyc')) whole = false;
      else if (found.length < most) found.push(relative);
    }
    const stray = whole && found.length > mine;
    if (stray && at !== '') found.splice(mine, found.length, `${at}/`);
    return stray;
  };
  await look('');
  return found.sort();
}

function pythonFiles(prefix: string): string[] {
  const rows = installedIn(prefix).flatMap(({ directory }) => recordRows(directory) ?? []);
  return rows.map(({ file }) => path.relative(prefix, file));
}

/** `files` in each of conda's records. */
function condaFiles(prefix: string): string[] {
  const directory = path.join(prefix, 'conda-meta');
  const names = (namesAt(directory) ?? []).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    try {
      const { files } = JSON.parse(readSmallFile(path.join(directory, name)) ?? '{}');
      return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
    } catch {
      return [];
    }
  });
}
