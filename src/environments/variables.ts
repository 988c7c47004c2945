import path from 'node:path';
import { condaName } from './activation/facts.ts';
import type { Environment } from './environment.ts';

/** Variables that would have an environment's Python load what is not in it (python(1)). */
const leaking = ['PYTHONPATH', 'PYTHONHOME', 'PYTHONUSERBASE', '__PYVENV_LAUNCHER__'];

/** PIER_KEEP names variables that a person wants left as they are. */
function keeps(base: NodeJS.ProcessEnv, name: string): boolean {
  return (base.PIER_KEEP ?? '').split(/\s+/).includes(name);
}

/** Which variables of `base` a program in an environment does not get, so that this can be said. */
export function cutVariables(base: NodeJS.ProcessEnv): string[] {
  return leaking.filter((name) => base[name] && !keeps(base, name));
}

/**
 * The variables for a program in an environment: its bin leads PATH, what was active before is gone, nothing leaks in.
 *
 * Gives PYTHONNOUSERSITE=1 and the variables recorded when it was made. Scripts in a conda environment's
 * `activate.d` are not run: `activatedVariables` does that.
 */
export function environmentVariables(environment: Environment, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dropped = new Set([...leaking.filter((name) => !keeps(base, name)), ...stale(environment, base)]);
  const kept = Object.fromEntries(Object.entries(base).filter(([name]) => !dropped.has(name)));
  return {
    ...kept,
    ...replayed(environment.variables, base),
    ...own(environment),
    PATH: searchPath(environment, base),
    ...(keeps(base, 'PYTHONNOUSERSITE') ? {} : { PYTHONNOUSERSITE: '1' }),
  };
}

/** What activation of something else left behind. */
function stale(environment: Environment, base: NodeJS.ProcessEnv): string[] {
  const venv = ['VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT'];
  if (environment.kind !== 'conda') return venv;
  return [...venv, ...Object.keys(base).filter((name) => /^CONDA_(PREFIX|STACKED)_\d+$/.test(name))];
}

function own({ kind, prefix, name }: Environment): NodeJS.ProcessEnv {
  if (kind !== 'conda') return { VIRTUAL_ENV: prefix, VIRTUAL_ENV_PROMPT: name };
  return { CONDA_PREFIX: prefix, CONDA_DEFAULT_ENV: condaName(prefix, name), CONDA_SHLVL: '1' };
}

function searchPath(environment: Environment, base: NodeJS.ProcessEnv): string {
  const before = environment.kind === 'conda' ? [base.VIRTUAL_ENV, base.CONDA_PREFIX] : [base.VIRTUAL_ENV];
  const own = path.join(environment.prefix, 'bin');
  const gone = new Set([own, ...before.filter((prefix) => prefix).map((prefix) => path.join(prefix as string, 'bin'))]);
  // An empty entry of PATH is the working directory: nothing is to be run from there by accident.
  const rest = (base.PATH ?? '/usr/bin:/bin').split(path.delimiter).filter((entry) => entry && !gone.has(entry));
  return [own, ...rest].join(path.delimiter);
}

/** A recorded search path goes in front of what is there; any other value replaces it. */
function replayed(recorded: Environment['variables'], base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(recorded).map(([name, value]) => {
    const now = name.endsWith('PATH') ? base[name] : undefined;
    if (!now) return [name, value];
    const added = value.split(path.delimiter);
    return [
      name,
      [...added, ...now.split(path.delimiter).filter((entry) => !added.includes(entry))].join(path.delimiter),
    ];
  });
  return Object.fromEntries(entries);
}
