import path from 'node:path';
import { renameEnvironment } from '../../environments/index.ts';
import { tilde } from '../../files/index.ts';
import { isLive, listSessions } from '../../sessions/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { explanation } from '../explanation.ts';
import { knownEnvironment } from '../known-environment.ts';

/** `pier env rename NAME NEW-NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', to = ''] = context.words;
  const site = await context.site();
  const { prefix } = await knownEnvironment(site, name);
  const target = path.join(path.dirname(prefix), to);
  if (context.explain) {
    const patch = ['grep', '-rlIF', prefix, target, '--include=*.pth', '--include=*.cfg', `${target}/bin`];
    const replace = `xargs sed -i ${commandLine([`s#${prefix}#${target}#g`])}`;
    return explanation([commandLine(['mv', '-nT', prefix, target]), `${commandLine(patch)} | ${replace}`]);
  }
  const request = { name: prefix, to, breakLock: context.options.flag('break-lock'), inUse };
  const environment = await renameEnvironment(site, request, context.progress);
  return result(
    { environment },
    (shown) => `It is now ${shown.environment.name}, in ${tilde(shown.environment.prefix)}.`,
  );
}

async function inUse(prefix: string): Promise<string | null> {
  const one = (await listSessions()).find((session) => isLive(session) && session.environment.prefix === prefix);
  return one ? `session ${one.id} runs in it` : null;
}
