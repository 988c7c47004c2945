import { explainFreeze, freezeEnvironment } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { explanation } from '../explanation.ts';

/** `pier env freeze NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const { words, options, progress } = context;
  const [name = ''] = words;
  const message = options.value('message');
  const site = await context.site();
  if (context.explain) return explanation(await explainFreeze(site, name, 'freeze'));
  const request = { name, breakLock: options.flag('break-lock'), ...(message === undefined ? {} : { message }) };
  const environment = await freezeEnvironment(site, request, progress);
  return result(
    { environment },
    (shown) =>
      `${shown.environment.name} is frozen: nothing in it changes, until pier env thaw ${shown.environment.name}.`,
  );
}
