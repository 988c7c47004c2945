import { explainFreeze, thawEnvironment } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { explanation } from '../explanation.ts';

/** `pier env thaw NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = ''] = context.words;
  const site = await context.site();
  if (context.explain) return explanation(await explainFreeze(site, name, 'thaw'));
  const request = { name, breakLock: context.options.flag('break-lock') };
  const environment = await thawEnvironment(site, request, context.progress);
  return result({ environment }, (shown) => `${shown.environment.name} can be changed again.`);
}
