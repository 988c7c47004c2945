import { shellInForce, writeShellHook } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, verbatim } from '../command.ts';

/** `eval "$(pier shell-hook)"`: after it, `source activate NAME` works in this shell. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const shell = await shellInForce(context.options.value('shell'));
  const hook = await writeShellHook(await context.site(), shell, context.options.value('directory'));
  return verbatim({ hook: { shell: shell.name, ...hook } }, (shown) => shown.hook.script);
}
