import { type Environment, removeEnvironment, strayFiles } from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { isLive, listSessions, type Session } from '../../sessions/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { explanation } from '../explanation.ts';
import { knownEnvironment } from '../known-environment.ts';
import { counted, size } from '../quantities.ts';

/** `pier env remove NAME`: one environment, and nothing but it. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', ...others] = context.words;
  if (others.length > 0) throw meantUninstall(name, others);
  const site = await context.site();
  const found = await knownEnvironment(site, name);
  if (context.explain) return explanation([commandLine(['rm', '-rf', '--one-file-system', found.prefix])]);
  const user = await inUse(found.prefix);
  if (user) throw busy(found, user);
  // What is refused in any case is not worth a question: only an own one is.
  const strays = found.origin === 'owned' && !found.frozen ? await strayFiles(found) : [];
  if (strays.length > 0) context.note(describeStrays(found, strays));
  if (found.origin === 'owned' && !found.frozen && !(await context.confirm(question(found)))) {
    throw new PierError('declined', `${found.name} is still there.`, { exitStatus: 1 });
  }
  context.progress({ step: 'remove', message: `Removing ${found.name}` });
  const environment = await removeEnvironment(site, found.prefix, {
    progress: context.progress,
    breakLock: context.options.flag('break-lock'),
    inUse: async (prefix) => ((await inUse(prefix)) ? 'a session runs in it' : null),
  });
  return result({ environment, strays }, (shown) => `${shown.environment.name} is gone${cost(shown.environment)}.`);
}

/** conda's `remove -n NAME PACKAGE` takes a package away; here that would be the whole environment. */
function meantUninstall(name: string, others: readonly string[]): PierError {
  return new PierError(
    'usage',
    `pier env remove deletes one whole environment, and ${others.length + 1} words were given. Nothing was deleted.`,
    { hint: `To take packages out of ${name}: ${commandLine(['pier', 'env', 'uninstall', name, ...others])}` },
  );
}

function question(environment: Environment): string {
  return `Delete ${tilde(environment.prefix)}${cost(environment)}?`;
}

/** Shown at most, of what a person put there. */
const mostShown = 8;

function describeStrays({ name }: Environment, strays: readonly string[]): string {
  const more = strays.length > mostShown ? [`  and ${strays.length - mostShown} more`] : [];
  const lines = strays.slice(0, mostShown).map((file) => `  ${file}`);
  return [`In ${name} there is what no package brought, and it goes too:`, ...lines, ...more].join('\n');
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
