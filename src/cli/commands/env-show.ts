import { showEnvironment } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { environmentPage } from '../environment-text.ts';

/** `pier env show NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const environment = await showEnvironment(await context.site(), context.words[0] ?? '');
  return result({ environment }, (shown) => environmentPage(shown.environment));
}
