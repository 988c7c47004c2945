import { adoptEnvironment } from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { knownEnvironment } from '../known-environment.ts';

/** `pier env adopt NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const found = await knownEnvironment(site, context.words[0] ?? '');
  const question = `From then on pier changes and removes ${tilde(found.prefix)} as its own. Go on?`;
  if (found.origin !== 'owned' && !(await context.confirm(question))) {
    throw new PierError('declined', `${found.name} is left as it is.`, { exitStatus: 1 });
  }
  const environment = await adoptEnvironment(site, found.prefix, context.progress);
  return result({ environment }, (shown) => {
    const { name, specs } = shown.environment;
    return `${name} is pier's now. Asked for, as far as can be seen: ${specs.join(', ') || 'nothing'}.`;
  });
}
