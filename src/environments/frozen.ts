import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from './environment.ts';

/** The mark of a frozen environment: conda's own (CEP 22), or, where a `conda-meta` would make it conda's, pier's. */
export function frozenFile({ prefix, kind }: Pick<Environment, 'prefix' | 'kind'>): string {
  return kind === 'conda' ? path.join(prefix, 'conda-meta', 'frozen') : path.join(prefix, '.pier', 'frozen');
}

/** Whether a virtual environment is frozen. */
export function isFrozen(prefix: string): boolean {
  return lstatSync(frozenFile({ prefix, kind: 'venv' }), { throwIfNoEntry: false }) !== undefined;
}
