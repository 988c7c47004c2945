import { showEnvironment } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { environmentPage } from '../environment-text.ts';
import { knownEnvironment } from '../known-environment.ts';

/** `pier env show NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const { prefix } = await knownEnvironment(site, context.words[0] ?? '');
  const environment = await showEnvironment(site, prefix);
  return result({ environment }, (shown) => environmentPage(shown.environment));
}
