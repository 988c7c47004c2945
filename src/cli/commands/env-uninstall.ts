import { type ChangeRequest, explainChange } from '../../environments/index.ts';
import { changed } from '../change-environment.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { explanation } from '../explanation.ts';

/** `pier env uninstall NAME PACKAGES…`: they, and what only they needed. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', ...uninstall] = context.words;
  const request: ChangeRequest = { name, uninstall, breakLock: context.options.flag('break-lock') };
  const site = await context.site();
  if (context.explain) return explanation(await explainChange(site, request));
  return await changed(context, site, request);
}
