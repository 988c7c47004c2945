import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, PierError, places } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { environmentsRoot } from '../root.ts';
import type { Dialect } from './dialect.ts';
import { quoteFor } from './dialect.ts';
import { put } from './files.ts';
import { pathScripts } from './own-scripts.ts';

/**
 * Writes `activate` and `deactivate` into a directory for PATH: for its end, where conda's own come first if there are any.
 *
 * Default: `~/.local/share/pier/shell`. Gives back the directory, and what puts it on PATH in bash and zsh.
 * Errors: `shell-unknown` for a shell whose `source` does not search PATH, `cannot-write`.
 */
export async function writeShellHook(
  site: Site,
  shell: { readonly name: string; readonly dialect: Dialect },
  directory = path.join(places().data, 'shell'),
): Promise<{ readonly directory: string; readonly script: string }> {
  if (!['bash', 'zsh'].includes(shell.name)) {
    throw new PierError('shell-unknown', `In ${shell.name}, source finds no file by its name alone.`, {
      hint: shell.dialect === 'csh' ? 'eval "`pier env activate NAME`"' : 'eval "$(pier env activate NAME)"',
    });
  }
  const file = path.resolve(directory);
  await mkdir(file, { recursive: true, mode: 0o755 }).catch((error) => {
    throw cannotWrite(file, error);
  });
  for (const [name, text] of Object.entries(pathScripts(environmentsRoot(site))))
    await put(path.join(file, name), text);
  const word = quoteFor('posix', file);
  const added = activateIsOthers(file) ? `${word}:"$PATH"` : `"$PATH":${word}`;
  return { directory: file, script: `case ":$PATH:" in *:${word}:*) ;; *) export PATH=${added} ;; esac` };
}

/** Whether the first `activate` on PATH is neither conda's, which knows what is typed, nor ours: such as pyenv's. */
function activateIsOthers(directory: string): boolean {
  const entries = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const first = entries.find((entry) => existsSync(path.join(entry, 'activate')));
  return first !== undefined && first !== directory && !existsSync(path.join(first, 'conda'));
}
