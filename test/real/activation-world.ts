// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shells' own
import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type Environment, writeActivation } from '../../src/environments/index.ts';

// What the tests of activation stand on: environments of files only, shells with a random past, and what each shell
// can say about itself.

export type Random = () => number;

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)] as Value;
}

export interface Shell {
  readonly name: string;
  readonly end: 'sh' | 'fish' | 'csh';
  readonly arguments: readonly string[];
  /** Prints all that the shell knows. */
  readonly dump: string;
  /** Lines of a dump that change by themselves. */
  readonly volatile: RegExp;
}

const bashNames = 'BASH\\w*|RANDOM|SRANDOM|SECONDS|EPOCH\\w+|PIPESTATUS|LINENO|FUNCNAME|_|COMP_WORDBREAKS|PPID|HISTCMD';
const zshNames =
  '\\w*RANDOM|SECONDS|EPOCH\\w+|epochtime|LINENO|_|TTYIDLE|funcstack|func\\w+trace|funcfiletrace|pipestatus|status|\\?|jobstates|jobdirs|jobtexts|historywords|history|dirstack|commands|reswords|parameters|options|functions|functions_source|dis_\\w+|builtins|aliases|nameddirs|userdirs|usergroups|modules|patchars|errnos|keymaps|widgets|PPID|HISTCMD|ZSH_EXECUTION_STRING|zsh_eval_context|ZSH_EVAL_CONTEXT|ZSH_SUBSHELL';

export const shells: readonly Shell[] = [
  {
    name: 'bash',
    end: 'sh',
    arguments: ['--norc', '--noprofile'],
    dump: 'declare -p; declare -f; alias -p; set +o; shopt -p || :',
    volatile: new RegExp(`^declare -\\S+ (${bashNames})(=|$)`),
  },
  {
    name: 'zsh',
    end: 'sh',
    arguments: ['-f'],
    dump: 'typeset -p; functions; alias -L; set -o',
    volatile: new RegExp(`^(typeset|export)( -\\S+)* (${zshNames})(=|$)`),
  },
  {
    name: 'dash',
    end: 'sh',
    arguments: [],
    dump: 'set; export -p; alias; echo "options: $-"',
    volatile: /^(export )?(_|PPID|OPTIND|LINENO)=/,
  },
  {
    name: 'fish',
    end: 'fish',
    arguments: ['--no-config'],
    dump: 'for name in (set -n); contains -- $name status pipestatus history argv SHLVL fish_pid fish_killring _ FISH_VERSION; or set -S $name; end; functions -n | string split ,; for name in deactivate conda other fish_prompt; functions -q $name; and functions --no-details $name; end',
    volatile: /^\$(status|pipestatus|history|_):/,
  },
  {
    name: 'tcsh',
    end: 'csh',
    arguments: ['-f'],
    dump: 'set; printenv; alias',
    volatile: /^(_|\?|tcsh|argv|status)\t|^_=/,
  },
];

/** Pieces of names that have broken programs: shells, prompts, JSON, HTML. */
const pieces = [
  'a',
  'sci',
  ' ',
  "'",
  '"',
  '$(touch pwned)',
  '`id`',
  '%',
  '!',
  '\\',
  '*',
  '[x]',
  '~',
  '<b>',
  'é',
  '#',
  ';',
  '&',
  '$HOME',
  '=',
  '{a,b}',
];

export function oddName(random: Random, also = pieces): string {
  const count = 1 + Math.floor(random() * 4);
  return `n${Array.from({ length: count }, () => pick(random, also)).join('')}`;
}

export interface Made {
  readonly environment: Environment;
  /** What it sets besides the variables that say which environment is active. */
  readonly sets: Readonly<Record<string, string>>;
}

/** Makes an environment of files only, with pier's scripts in it. */
export async function madeEnvironment(
  prefix: string,
  kind: 'venv' | 'conda',
  options: {
    variables?: Record<string, string>;
    state?: Record<string, string>;
    scripts?: boolean;
    /** Only `state`, as conda writes it, and not what has to be passed over. */
    plain?: boolean;
  } = {},
): Promise<Made> {
  const { variables = {}, state = {}, scripts = false, plain = false } = options;
  await mkdir(path.join(prefix, 'bin'), { recursive: true });
  await symlink('/usr/bin/python3', path.join(prefix, 'bin', 'python'));
  await mkdir(path.join(prefix, 'lib', 'python3.11', 'site-packages'), { recursive: true });
  if (kind === 'venv') await writeFile(path.join(prefix, 'pyvenv.cfg'), 'home = /usr/bin\nversion = 3.11.2\n');
  else await condaFiles(prefix, state, scripts, plain);
  const environment: Environment = {
    name: path.basename(prefix),
    aliases: [],
    prefix,
    kind,
    python: null,
    origin: 'owned',
    state: 'ok',
    reason: null,
    frozen: false,
    files: null,
    bytes: null,
    specs: [],
    modules: [],
    variables,
    created: null,
  };
  await writeActivation(environment);
  return { environment, sets: kind === 'conda' ? { ...state, ...(scripts ? { FROM_SCRIPT: prefix } : {}) } : {} };
}

async function condaFiles(
  prefix: string,
  state: Record<string, string>,
  scripts: boolean,
  plain: boolean,
): Promise<void> {
  await mkdir(path.join(prefix, 'conda-meta'), { recursive: true });
  await writeFile(path.join(prefix, 'conda-meta', 'history'), '');
  const odd = { version: 1, env_vars: { ...state, GONE: '***unset***', PATH: '/nowhere' } };
  const escaped = JSON.stringify(plain ? { env_vars: state } : odd, null, plain ? 2 : 0).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (Object.keys(state).length > 0) await writeFile(path.join(prefix, 'conda-meta', 'state'), escaped);
  if (!scripts) return;
  const [on, off] = ['activate.d', 'deactivate.d'].map((name) => path.join(prefix, 'etc', 'conda', name)) as [
    string,
    string,
  ];
  await mkdir(on, { recursive: true });
  await mkdir(off, { recursive: true });
  // As packages do it: what was there is kept in a variable of their own, read where it may be unset; and a failing last line.
  await writeFile(path.join(on, 'a first.sh'), '\\export ORDER="${ORDER}a"; \\export FROM_SCRIPT_WAS="$FROM_SCRIPT"\n');
  await writeFile(
    path.join(on, 'b.sh'),
    '\\export ORDER="${ORDER}b"; \\export FROM_SCRIPT="$CONDA_PREFIX"; [ $# -eq 0 ] && false\n',
  );
  await writeFile(path.join(off, 'a first.sh'), '[ "$ORDER" = ab ] && \\unset ORDER\n');
  await writeFile(path.join(off, 'b.sh'), '\\unset FROM_SCRIPT FROM_SCRIPT_WAS; false\n');
  await writeFile(path.join(on, 'a.fish'), 'set -gx ORDER "$ORDER"a\n');
  await writeFile(path.join(on, 'b.fish'), 'set -gx ORDER "$ORDER"b; set -gx FROM_SCRIPT $CONDA_PREFIX\n');
  await writeFile(path.join(off, 'a.fish'), 'test "$ORDER" = ab; and set -e ORDER\n');
  await writeFile(path.join(off, 'b.fish'), 'set -e FROM_SCRIPT\n');
  await writeFile(path.join(on, 'a.csh'), 'setenv ORDER a\n');
  await writeFile(path.join(on, 'b.csh'), 'setenv ORDER "${ORDER}b"; setenv FROM_SCRIPT "$CONDA_PREFIX:q"\n');
  await writeFile(path.join(off, 'a.csh'), 'if ("$ORDER" == ab) unsetenv ORDER\n');
  await writeFile(path.join(off, 'b.csh'), 'unsetenv FROM_SCRIPT\n');
}

export interface ShellRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** Runs a shell on a script, with exactly these variables. */
export async function runShell(
  command: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Promise<ShellRun> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  // A shell need not read it, and may be gone by now.
  child.stdin.on('error', () => {}).end(options.input ?? '');
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, exitCode };
}

/** What `env -0` wrote. */
export async function environmentIn(file: string): Promise<Record<string, string>> {
  const entries = (await readFile(file, 'utf8')).split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}
