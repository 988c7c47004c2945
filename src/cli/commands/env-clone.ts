import { cloneEnvironment, explainClone } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { describeMade } from '../create-environment.ts';
import { explanation } from '../explanation.ts';

/** `pier env clone NAME NEW-NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', to = ''] = context.words;
  const site = await context.site();
  if (context.explain) return explanation(await explainClone(site, { name, to }));
  const environment = await cloneEnvironment(site, { name, to }, context.progress);
  return result({ environment }, (shown) => describeMade(shown.environment));
}
