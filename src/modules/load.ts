/// <reference path="../text.d.ts" />
import { PierError } from '../files/index.ts';
import { printedVariables, run, which } from '../process/index.ts';
import moduleCommand from './command.sh';
import { fullName } from './names.ts';

/** Milliseconds: a module tree on a slow disk without a cache takes many seconds. */
const patience = 120_000;

export interface Loaded {
  /** All variables there are after that. */
  readonly variables: NodeJS.ProcessEnv;
  /** The modules by their full names, in the order asked for: `gcc` may be `gcc/12.2.0`. */
  readonly modules: readonly string[];
}

/** What is to be unloaded first; and what to be loaded again then, unless there is another of the same name by now. */
export interface Leaving {
  readonly unload: readonly string[];
  readonly reload: readonly string[];
}

/**
 * Arguments: what to unload, `--`, what to load again, `--`, what to load. Prints for each of the last its name and
 * LOADEDMODULES before and after, then the variables; all with NULs between, and an empty text before the variables.
 */
const script = `${moduleCommand}
_pier_has_module || exit 120
_pier_load() {
  local name was some=
  while [ "$1" != -- ]; do
    case ":\${LOADEDMODULES-}:" in *":$1:"*) module unload "$1" >&2 || :; some=1 ;; esac
    shift
  done
  shift
  while [ "$1" != -- ]; do
    case "$some:\${LOADEDMODULES-}:" in 1*":\${1%%/*}/"* | :*) ;; *) module load "$1" >&2 || : ;; esac
    shift
  done
  shift
  for name do
    was=\${LOADEDMODULES-}
    module load "$name" >&2 || { printf %s "$name"; exit 121; }
    printf '%s\\0' "$name" "$was" "\${LOADEDMODULES-}"
  done
}
_pier_load "$@"
printf '\\0'
exec env -0`;

/**
 * The variables after `module load NAMES…`, by the module command of this machine in a bash of its own.
 *
 * What is loaded already stays so. Errors: `module-command-missing`, `module-not-loaded` with what the module command said.
 */
export async function loadModules(
  names: readonly string[],
  base: NodeJS.ProcessEnv = process.env,
  { unload, reload }: Leaving = { unload: [], reload: [] },
): Promise<Loaded> {
  if (unload.length === 0 && isLoaded(names, base)) return { variables: base, modules: names };
  const bash = await which('bash', base.PATH);
  if (!bash) throw noCommand(names);
  // A file of the user's own for scripts may print, and set what is none of the modules'.
  const { BASH_ENV, ENV, ...env } = base;
  const args = ['--noprofile', '--norc', '-c', script, 'bash', ...unload, '--', ...reload, '--', ...names];
  const ran = await run(bash, args, { env, timeoutMs: patience });
  if (ran.exitCode === 120) throw noCommand(names);
  if (ran.exitCode === 121) throw notLoaded(ran.stdout.split('\0').at(-1) ?? '', saidOf(ran.stderr));
  if (ran.exitCode !== 0) {
    throw notLoaded(names.join(' '), ran.timedOut ? 'it did not end within two minutes' : saidOf(ran.stderr));
  }
  const words = ran.stdout.split('\0');
  const modules = names.map((name, at) => {
    const [, was = '', now = ''] = words.slice(3 * at, 3 * at + 3);
    // An older Environment Modules ends with 0 whatever happened.
    const isRefused = was === now && /\berror\b/i.test(ran.stderr);
    const full = fullName(name, loadedIn(was), loadedIn(now));
    if (full === undefined || (isRefused && full !== name)) throw notLoaded(name, saidOf(ran.stderr));
    return full;
  });
  const variables = printedVariables(words.slice(3 * names.length + 1).join('\0'), base);
  refuseReplaced(modules, loadedIn(variables.LOADEDMODULES));
  return { variables, modules: [...new Set(modules)] };
}

function loadedIn(list = ''): string[] {
  return list.split(':').filter(Boolean);
}

function isLoaded(names: readonly string[], base: NodeJS.ProcessEnv): boolean {
  const loaded = loadedIn(base.LOADEDMODULES);
  return names.every((name) => loaded.includes(name));
}

/** The first paragraph, without how it begins: the rest is advice on caches and spelling. */
function saidOf(stderr: string): string {
  const [first = ''] = stderr
    .replace(/^(Loading \S+|Lmod has detected the following error:)\s*/gm, '')
    .trim()
    .split(/\n\s*\n/);
  return (
    first
      .replace(/\s+/g, ' ')
      .replace(/^ERROR: /, '')
      .slice(0, 400)
      .trim() || 'it said nothing'
  );
}

function notLoaded(names: string, why: string): PierError {
  const family = names.replace(/[ /].*/, '');
  return new PierError('module-not-loaded', `The module ${names} cannot be loaded here: ${why.replace(/\.$/, '')}.`, {
    hint: /conflict/i.test(why) ? `module unload ${family}` : `module avail ${family}`,
  });
}

/** Lmod takes away the first of two that cannot be together, without a word. */
function refuseReplaced(modules: readonly string[], loaded: readonly string[]): void {
  const gone = modules.find((name) => !loaded.includes(name));
  if (gone === undefined) return;
  const others = modules.filter((name) => name !== gone).join(', ');
  throw new PierError('module-not-loaded', `The module ${gone} cannot be loaded together with ${others}.`, {
    hint: 'Name those only that can be loaded at once.',
  });
}

function noCommand(names: readonly string[]): PierError {
  return new PierError('module-command-missing', `There is no module command here to load ${names.join(', ')} with.`, {
    hint: 'On a cluster, sign in anew and try again there: bash -l',
  });
}
