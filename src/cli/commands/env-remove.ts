import { type Environment, removeEnvironment } from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { isLive, listSessions, type Session } from '../../sessions/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { explanation } from '../explanation.ts';
import { knownEnvironment } from '../known-environment.ts';
import { counted, size } from '../quantities.ts';

/** `pier env remove NAME` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const found = await knownEnvironment(site, context.words[0] ?? '');
  if (context.explain) return explanation([commandLine(['rm', '-rf', '--one-file-system', found.prefix])]);
  const user = await inUse(found.prefix);
  if (user) throw busy(found, user);
  // What is refused in any case is not worth a question: only an own one is.
  if (found.origin === 'owned' && !(await context.confirm(`Delete ${tilde(found.prefix)}${cost(found)}?`))) {
    throw new PierError('declined', `${found.name} is still there.`, { exitStatus: 1 });
  }
  context.progress({ step: 'remove', message: `Removing ${found.name}` });
  const environment = await removeEnvironment(site, found.prefix, {
    inUse: async (prefix) => ((await inUse(prefix)) ? 'a session runs in it' : null),
  });
  return result({ environment }, (shown) => `${shown.environment.name} is gone${cost(shown.environment)}.`);
}

function cost({ files, bytes }: Environment): string {
  return files === null || bytes === null ? '' : `: ${counted(files, 'file')}, ${size(bytes)}`;
}

function busy({ name }: Environment, { id }: Session): PierError {
  return new PierError('environment-in-use', `${name} is not removed: session ${id} runs in it.`, {
    hint: `pier session stop ${id}`,
  });
}

/** The session that runs in it, if one does. */
async function inUse(prefix: string): Promise<Session | undefined> {
  return (await listSessions()).find((session) => isLive(session) && session.environment.prefix === prefix);
}
