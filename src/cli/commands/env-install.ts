import { type ChangeRequest, explainChange } from '../../environments/index.ts';
import { changed } from '../change-environment.ts';
import type { CommandContext, CommandResult } from '../command.ts';
import { explanation } from '../explanation.ts';

/** `pier env install NAME [SPECS…]`. Without packages it only clears up after a change that was interrupted. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', ...install] = context.words;
  const { options } = context;
  const request: ChangeRequest = { name, install, pip: options.flag('pip'), breakLock: options.flag('break-lock') };
  const site = await context.site();
  if (context.explain) return explanation(await explainChange(site, request));
  return await changed(context, site, request);
}
