import { type Environment, setModules } from '../../environments/index.ts';
import { PierError } from '../../files/index.ts';
import { checkModuleNames, loadModules } from '../../modules/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { knownEnvironment } from '../known-environment.ts';

/** `pier env modules NAME [MODULES…]`: tells which it needs, or says which it is to need from now on. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [name = '', ...words] = context.words;
  const asked = words.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const none = context.options.flag('none');
  if (none && asked.length > 0) throw both(asked);
  const site = await context.site();
  const environment = await knownEnvironment(site, name);
  if (asked.length === 0 && !none) return told(environment);
  checkModuleNames(asked);
  if (asked.includes('none')) throw meantNone(name);
  refuseApart(name, asked);
  // What cannot be loaded here is refused while nothing is changed; the full name, so that a new default changes nothing.
  const { modules } = await loadModules(asked);
  const request = { name: environment.prefix, modules, breakLock: context.options.flag('break-lock') };
  return told(await setModules(site, request, context.progress));
}

function told(environment: Environment): CommandResult {
  return result({ environment }, ({ environment: { name, modules } }) =>
    modules.length > 0
      ? `${name} needs ${modules.join(', ')}: loaded with it in shells, kernels and jobs.`
      : `${name} needs no modules.`,
  );
}

function both(asked: readonly string[]): PierError {
  return new PierError('usage', `--none says that it needs no modules, and ${asked.join(', ')} that it does.`, {
    hint: 'Leave one of the two away.',
  });
}

function meantNone(name: string): PierError {
  return new PierError('usage', 'No module is called none.', { hint: `pier env modules ${name} --none` });
}

/** `gcc 12.2.0` is meant as `gcc/12.2.0`. */
function refuseApart(name: string, asked: readonly string[]): void {
  const at = asked.findIndex((word, place) => place > 0 && /^\d[\w.]*$/.test(word));
  if (at < 0) return;
  const joined = [...asked.slice(0, at - 1), `${asked[at - 1]}/${asked[at]}`, ...asked.slice(at + 1)];
  throw new PierError('usage', `${asked[at]} is the version of a module, not its name.`, {
    hint: commandLine(['pier', 'env', 'modules', name, ...joined]),
  });
}
