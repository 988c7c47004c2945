import { listEnvironments } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { environmentTable } from '../environment-text.ts';
import { wrap } from '../layout.ts';

/** `pier env list` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const environments = await listEnvironments(site);
  const usual = site.profile.jupyter.environment;
  return result({ environments }, (shown) =>
    shown.environments.length > 0
      ? environmentTable(shown.environments)
      : wrap(`There are no environments yet. pier lab makes ${usual}; so does: pier env create ${usual}`),
  );
}
