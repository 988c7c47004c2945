import { prepareSubshell, shellForPerson } from '../../environments/index.ts';
import { runOnTerminal, which } from '../../process/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, passedOn } from '../command.ts';
import { environmentInForce } from '../environment-in-force.ts';
import { explanation } from '../explanation.ts';
import { statusOf } from '../interrupt.ts';
import { isTerminal } from '../terminal.ts';

/** `pier shell -e ENV`: a shell of the person's own kind with the environment active; ends as that shell ends. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const environment = await environmentInForce(context, site);
  const shell = await shellForPerson(context.options.value('shell'));
  if (context.explain) {
    return explanation([shell.name, `eval "$(${commandLine(['pier', 'env', 'activate', environment.name])})"`]);
  }
  const file = shell.file ?? (await which(shell.name, process.env.PATH)) ?? shell.name;
  await using prepared = await prepareSubshell(environment, shell, process.env, isTerminal(0));
  context.note(`${shell.name} in ${environment.name}; exit leaves it.`);
  using _signals = context.onInterrupt(() => {});
  const { exitCode, signal } = await runOnTerminal(file, prepared.args, { env: prepared.env });
  return passedOn(exitCode ?? (signal ? statusOf(signal) : 0));
}
