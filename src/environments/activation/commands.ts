import { existsSync } from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory, places } from '../../files/index.ts';
import type { Environment } from '../environment.ts';
import { type Dialect, quoteFor, scriptNames } from './dialect.ts';
import { activationDirectory, writeScripts } from './files.ts';

/** What a shell evaluates to activate an environment: `. '/envs/sci/.pier/activate.sh'`. One line, without a comment. */
export async function activateCommand(environment: Environment, dialect: Dialect): Promise<string> {
  return source(dialect, path.join(await activationDirectory(environment), scriptNames[dialect]));
}

/**
 * What a shell evaluates to leave the environment that is active in it; undefined when none of pier's is.
 *
 * The functions of activation are only in the shell where it took place, so that script is read again, to deactivate.
 */
export async function deactivateCommand(dialect: Dialect, variables = process.env): Promise<string | undefined> {
  const { _PIER_PREFIX: prefix, _PIER_FILE: file } = variables;
  if (!prefix) return undefined;
  const beside = path.join(path.dirname(file ?? ''), scriptNames[dialect]);
  const script = file && path.isAbsolute(file) && existsSync(beside) ? beside : await spareScript(dialect);
  const mode = { posix: '_pier_mode=off; ', fish: 'set -g _pier_mode off; ', csh: 'set _pier_mode = off; ' };
  return mode[dialect] + source(dialect, script);
}

/** For an environment that was removed while it was active. */
async function spareScript(dialect: Dialect): Promise<string> {
  const directory = path.join(places().state, 'activation', 'none');
  await makePrivateDirectory(directory);
  await writeScripts(
    { kind: 'venv', prefix: '/nonexistent', name: '', label: '', modules: [], variables: {} },
    directory,
  );
  return path.join(directory, scriptNames[dialect]);
}

function source(dialect: Dialect, file: string): string {
  return `${dialect === 'posix' ? '.' : 'source'} ${quoteFor(dialect, file)}`;
}
