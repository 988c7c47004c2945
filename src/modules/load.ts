/// <reference path="../text.d.ts" />
import { PierError } from '../files/index.ts';
import { run, which } from '../process/index.ts';
import moduleCommand from './command.sh';

/** Milliseconds: a module tree on a slow disk without a cache takes many seconds. */
const patience = 120_000;

/** What a shell changes by being one. */
const ofShells = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);

export interface Loaded {
  /** All variables there are after that. */
  readonly variables: NodeJS.ProcessEnv;
  /** The modules by their full names, in the order asked for: `gcc` may be `gcc/12.2.0`. */
  readonly modules: readonly string[];
}

// An older Environment Modules ends with 0 whatever happened: what it names as loaded counts.
const script = `${moduleCommand}
_pier_has_module || exit 120
for name do
  was=\${LOADEDMODULES-}
  module load "$name" >&2 && case ":\${LOADEDMODULES-}:" in
    *":$name:"* | *":$name/"* | *":$name."*) ;;
    *) [ "\${LOADEDMODULES-}" != "$was" ] ;;
  esac || { printf %s "$name"; exit 121; }
done
exec env -0`;

/**
 * The variables after `module load NAMES…`, by the module command of this machine in a bash of its own.
 *
 * What is loaded already stays so. Errors: `module-command-missing`, `module-not-loaded` with what the module command said.
 */
export async function loadModules(names: readonly string[], base: NodeJS.ProcessEnv = process.env): Promise<Loaded> {
  if (isLoaded(names, base)) return { variables: base, modules: names };
  const bash = await which('bash', base.PATH);
  if (!bash) throw noCommand(names);
  const ran = await run(bash, ['--noprofile', '--norc', '-c', script, 'bash', ...names], {
    env: base,
    timeoutMs: patience,
  });
  if (ran.exitCode === 120) throw noCommand(names);
  if (ran.exitCode !== 0) {
    throw notLoaded(
      ran.exitCode === 121 ? ran.stdout : names.join(' '),
      ran.timedOut ? 'it did not end within two minutes' : saidOf(ran.stderr),
    );
  }
  const variables = Object.fromEntries([
    ...variablesIn(ran.stdout).filter(([name]) => !ofShells.has(name)),
    ...Object.entries(base).filter(([name]) => ofShells.has(name)),
  ]);
  return { variables, modules: names.map((name) => fullName(name, loadedIn(variables))) };
}

/** `NAME=VALUE`, each with a NUL behind it. */
function variablesIn(text: string): [string, string][] {
  return text
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]);
}

function loadedIn({ LOADEDMODULES = '' }: NodeJS.ProcessEnv): string[] {
  return LOADEDMODULES.split(':').filter(Boolean);
}

function isLoaded(names: readonly string[], base: NodeJS.ProcessEnv): boolean {
  const loaded = loadedIn(base);
  return names.every((name) => loaded.includes(name));
}

function fullName(name: string, loaded: readonly string[]): string {
  const begins = (one: string) => one.startsWith(`${name}/`) || one.startsWith(`${name}.`);
  return loaded.find((one) => one === name) ?? loaded.find(begins) ?? name;
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
  const [first = ''] = names.split(' ');
  return new PierError('module-not-loaded', `The module ${names} cannot be loaded here: ${why.replace(/\.$/, '')}.`, {
    hint: `module avail ${first.replace(/\/.*/, '')}`,
  });
}

function noCommand(names: readonly string[]): PierError {
  return new PierError('module-command-missing', `There is no module command here to load ${names.join(', ')} with.`, {
    hint: 'On a cluster, sign in anew and try again there: bash -l',
  });
}
