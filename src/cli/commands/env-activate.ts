import {
  activateCommand,
  findEnvironment,
  refuseUntrusted,
  refuseUnusable,
  shellInForce,
} from '../../environments/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, verbatim } from '../command.ts';
import { isTerminal } from '../terminal.ts';

/** `eval "$(pier env activate NAME)"`: prints one line for the shell, and changes nothing by itself. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = ''] = context.words;
  const shell = await shellInForce(context.options.value('shell'));
  const environment = await findEnvironment(await context.site(), name);
  refuseUnusable(environment);
  await refuseUntrusted(environment);
  const script = await activateCommand(environment, shell.dialect);
  if (isTerminal(1)) {
    const command = commandLine(['pier', 'env', 'activate', ...context.words]);
    const evaluated = shell.dialect === 'csh' ? `eval "\`${command}\`"` : `eval "$(${command})"`;
    context.note(`This only prints what your shell has to evaluate. To activate:\n  ${evaluated}`);
  }
  return verbatim(
    { activation: { environment: environment.name, prefix: environment.prefix, shell: shell.name, script } },
    (shown) => shown.activation.script,
  );
}
