import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cannotWriteTemporary, makeTemporaryDirectory } from '../../files/index.ts';
import type { Environment } from '../environment.ts';
import { type Dialect, quoteFor, scriptNames } from './dialect.ts';
import { activationDirectory } from './files.ts';

/** How a person's own shell is started so that an environment is active in it after its startup files were read. */
export interface Subshell extends AsyncDisposable {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Prepares files that read the startup files the shell would have read, and then activate. They are gone with it.
 *
 * `interactive`: a person types; else it reads commands from its standard input.
 */
export async function prepareSubshell(
  environment: Environment,
  shell: { readonly name: string; readonly dialect: Dialect },
  base: NodeJS.ProcessEnv,
  interactive: boolean,
): Promise<Subshell> {
  const script = path.join(await activationDirectory(environment), scriptNames[shell.dialect]);
  const directory = await makeTemporaryDirectory('pier-shell-');
  const put = async (name: string, text: string) => {
    const file = path.join(directory, name);
    await writeFile(file, text, { mode: 0o600 }).catch((error) => {
      throw cannotWriteTemporary(error);
    });
    return file;
  };
  const ways: Readonly<Record<string, () => Promise<{ args: string[]; variables: NodeJS.ProcessEnv }>>> = {
    bash: async () =>
      interactive
        ? { args: ['--rcfile', await put('bashrc', bashrc(script)), '-i'], variables: {} }
        : { args: [], variables: { BASH_ENV: await put('bash_env', startup('BASH_ENV', base, script)) } },
    zsh: async () => {
      await put('.zshenv', zshenv(base, script, directory));
      await put('.zshrc', zshrc(script));
      return { args: [], variables: { ZDOTDIR: directory } };
    },
    fish: async () => ({ args: ['-C', `source ${quoteFor('fish', script)}`], variables: {} }),
    csh: async () => {
      await put('.tcshrc', tcshrc(base.HOME ?? '/', script));
      await put('.cshrc', tcshrc(base.HOME ?? '/', script));
      return { args: [], variables: { HOME: directory } };
    },
    sh: async () =>
      interactive
        ? { args: ['-i'], variables: { ENV: await put('env', startup('ENV', base, script)) } }
        : { args: ['-c', `. ${quoteFor('posix', script)} && exec ${shell.name}`], variables: {} },
  };
  const way = ways[shell.name] ?? ways[shell.dialect === 'csh' ? 'csh' : 'sh'];
  const { args, variables } = (await way?.()) ?? { args: [], variables: {} };
  return {
    args,
    env: { ...base, ...variables },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

function bashrc(script: string): string {
  return `[ ! -f ~/.bashrc ] || . ~/.bashrc\n. ${quoteFor('posix', script)}\n`;
}

/** For the variable that names a startup file: puts it back, reads that file, activates. */
function startup(name: 'ENV' | 'BASH_ENV', base: NodeJS.ProcessEnv, script: string): string {
  return `${restored(name, base)}\n[ ! -f "\${${name}-}" ] || . "$${name}"\n. ${quoteFor('posix', script)}\n`;
}

function restored(name: string, base: NodeJS.ProcessEnv): string {
  const was = base[name];
  return was === undefined ? `unset ${name}` : `export ${name}=${quoteFor('posix', was)}`;
}

/** zsh looks for each of its files in $ZDOTDIR anew, which a person's .zshenv may set. */
function zshenv(base: NodeJS.ProcessEnv, script: string, directory: string): string {
  return `${restored('ZDOTDIR', base)}
[[ ! -f \${ZDOTDIR:-$HOME}/.zshenv ]] || . "\${ZDOTDIR:-$HOME}/.zshenv"
if [[ -o interactive ]]; then
  (( \${+ZDOTDIR} )) && _pier_zdotdir=$ZDOTDIR
  ZDOTDIR=${quoteFor('posix', directory)}
else
  . ${quoteFor('posix', script)}
fi
`;
}

function zshrc(script: string): string {
  return `if (( \${+_pier_zdotdir} )); then ZDOTDIR=$_pier_zdotdir; else unset ZDOTDIR; fi
unset _pier_zdotdir
[[ ! -f \${ZDOTDIR:-$HOME}/.zshrc ]] || . "\${ZDOTDIR:-$HOME}/.zshrc"
. ${quoteFor('posix', script)}
`;
}

function tcshrc(home: string, script: string): string {
  return `setenv HOME ${quoteFor('csh', home)}
set home = ${quoteFor('csh', home)}
if (-r ~/.tcshrc && $?tcsh) then
  source ~/.tcshrc
else if (-r ~/.cshrc) then
  source ~/.cshrc
endif
source ${quoteFor('csh', script)}
`;
}
