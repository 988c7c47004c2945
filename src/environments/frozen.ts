import { lstatSync } from 'node:fs';
import type { Environment } from './environment.ts';
import { readSmallFile } from './small-file.ts';

/** The mark of a frozen environment: conda's own (CEP 22), or, where a `conda-meta` would make it conda's, pier's. */
export function frozenFile({ prefix, kind }: Pick<Environment, 'prefix' | 'kind'>): string {
  return kind === 'conda' ? `${prefix}/conda-meta/frozen` : `${prefix}/.pier/frozen`;
}

/** Whether a virtual environment is frozen. */
export function isFrozen(prefix: string): boolean {
  return lstatSync(frozenFile({ prefix, kind: 'venv' }), { throwIfNoEntry: false }) !== undefined;
}

/** What the mark says when its owner gave no message; conda prints it to whoever wants to change the environment. */
export function usualMessage({ name }: Pick<Environment, 'name'>): string {
  return `Frozen by its owner. To change a copy: pier env clone ${name} NEW-NAME`;
}

/** What the owner wants those told who would change it, on one line; undefined when that is nothing of its own. */
export function ownersMessage(environment: Environment): string | undefined {
  const message = messageIn(readSmallFile(frozenFile(environment)) ?? '');
  if (message === usualMessage(environment)) return undefined;
  return message?.replace(/\s+/g, ' ').trim().slice(0, longest) || undefined;
}

/** Characters of a message that are told. */
const longest = 300;

/** CEP 22: a JSON document with a `message`, or an empty file. */
function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text);
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
