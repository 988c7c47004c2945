import { type CommandResult, result } from './command.ts';

/** What `--explain` answers: the commands a person would type for the same, one a line. */
export function explanation(commands: readonly string[]): CommandResult {
  return result({ commands }, (shown) => shown.commands.join('\n'));
}
