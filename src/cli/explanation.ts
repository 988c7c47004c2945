import path from 'node:path';
import type { Environment } from '../environments/index.ts';
import { commandLine } from '../shell/index.ts';
import { type CommandResult, result } from './command.ts';

/** What `--explain` answers: the commands a person would type for the same, one a line. */
export function explanation(commands: readonly string[]): CommandResult {
  return result({ commands }, (shown) => shown.commands.join('\n'));
}

/** `. PREFIX/bin/activate`, or `source activate PREFIX`: `conda activate` works only after `conda init`. */
export function activationByHand(kind: Environment['kind'] | undefined, prefix: string): string {
  return commandLine(kind === 'conda' ? ['source', 'activate', prefix] : ['.', path.join(prefix, 'bin', 'activate')]);
}
