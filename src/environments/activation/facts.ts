import path from 'node:path';
import { PierError } from '../../files/index.ts';
import { isModuleName } from '../../modules/index.ts';
import type { Environment } from '../environment.ts';

/** As much of an environment as activation needs: one that is being made has no more yet. */
export type Activated = Pick<Environment, 'kind' | 'prefix' | 'name' | 'modules' | 'variables'>;

/** What a script of activation has to know about its environment. */
export interface Facts {
  readonly kind: 'venv' | 'conda';
  readonly prefix: string;
  /** CONDA_DEFAULT_ENV, and what messages call it. */
  readonly name: string;
  /** What the prompt shows. */
  readonly label: string;
  readonly modules: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Throws `environment-path` when no search path can hold the environment's directory. */
export function factsOf({ kind, prefix, name, modules, variables }: Activated): Facts {
  if (/[:\p{Cc}]/u.test(prefix)) {
    throw new PierError('environment-path', `${JSON.stringify(prefix)} cannot be activated: no PATH can hold it.`, {
      hint: 'Make one where the path has neither a colon nor a control character: pier env create NAME',
    });
  }
  const title = kind === 'conda' ? condaName(prefix, name) : name;
  return {
    kind: kind === 'conda' ? 'conda' : 'venv',
    prefix,
    name: title,
    label: promptLabel(title),
    modules: modules.filter(isModuleName),
    variables: Object.fromEntries(Object.entries(variables).filter(([key]) => /^[A-Za-z_]\w*$/.test(key))),
  };
}

/** conda's own rule: the plain name for `base` and for a child of a directory called `envs`, else the path. */
export function condaName(prefix: string, name: string): string {
  if (name === 'base') return name;
  return path.basename(path.dirname(prefix)) === 'envs' ? path.basename(prefix) : prefix;
}

/** Shells expand what they show as a prompt, bash even `$(…)`: only what means nothing to any of them is kept. */
function promptLabel(name: string): string {
  return name.replace(/[^\p{L}\p{N}\p{M} ._+@/-]/gu, '_').slice(0, 100);
}
