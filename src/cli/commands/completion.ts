import { PierError } from '../../files/index.ts';
import { type CommandContext, type CommandResult, verbatim } from '../command.ts';
import { shims } from '../completion-shims.ts';

/** `pier completion SHELL` */
export async function run({ words: [shell = ''] }: CommandContext): Promise<CommandResult> {
  const script = shims[shell];
  if (script === undefined) {
    throw new PierError('usage', `pier completes words in ${Object.keys(shims).join(', ')}, not in ${shell}.`, {
      hint: 'pier completion bash',
    });
  }
  return verbatim({ completion: { shell, script } }, () => script.trimEnd());
}
