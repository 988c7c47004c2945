import { activatedVariables, type Environment, listEnvironments, modulesByHand } from '../../environments/index.ts';
import { PierError } from '../../files/index.ts';
import { runOnTerminal, which } from '../../process/index.ts';
import { commandLine } from '../../shell/index.ts';
import type { Site } from '../../site/index.ts';
import { type CommandContext, type CommandResult, passedOn } from '../command.ts';
import { environmentInForce } from '../environment-in-force.ts';
import { activationByHand, explanation } from '../explanation.ts';
import { statusOf } from '../interrupt.ts';

/** `pier exec -e ENV -- CMD…`: ends as CMD ends; 128 and the signal's number when one ended it. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const environment = await environmentInForce(context, site);
  const [program = '', ...args] = context.words;
  if (context.explain) {
    const { kind, prefix, modules } = environment;
    return explanation([...modulesByHand(modules), activationByHand(kind, prefix), commandLine([program, ...args])]);
  }
  const variables = await activatedVariables(environment, process.env);
  const file = program.includes('/') ? program : await which(program, variables.PATH);
  if (file === undefined) throw await noProgram(site, environment, context.words);
  // Ctrl+C is the program's own: an interactive Python goes on after it.
  using _signals = context.onInterrupt(() => {});
  const { exitCode, signal } = await runOnTerminal(file, args, { env: variables });
  return passedOn(exitCode ?? (signal ? statusOf(signal) : 0));
}

/** `pier exec sci python` is meant as `pier exec -e sci -- python`. */
async function noProgram(site: Site, environment: Environment, words: readonly string[]): Promise<PierError> {
  const [program = '', ...others] = words;
  const rest = others[0] === '--' ? others.slice(1) : others;
  const isEnvironment = (await listEnvironments(site)).some(({ name }) => name === program);
  return new PierError('cannot-start', `Cannot start ${program}: ${environment.name} and PATH have no such program.`, {
    hint:
      isEnvironment && rest.length > 0
        ? commandLine(['pier', 'exec', '-e', program, '--', ...rest])
        : `pier env show ${environment.name}`,
  });
}
