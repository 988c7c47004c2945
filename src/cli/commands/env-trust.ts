import { distrustEnvironment, doubtsAbout, trustEnvironment } from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { knownEnvironment } from '../known-environment.ts';

/** `pier env trust NAME`: says what speaks against it, and asks. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const found = await knownEnvironment(site, context.words[0] ?? '');
  if (context.options.flag('revoke')) {
    const { environment, was } = await distrustEnvironment(site, found.prefix);
    const said = was ? 'is trusted by name no longer' : 'was not trusted by name';
    return result({ environment, trusted: false }, (shown) => `${shown.environment.name} ${said}.`);
  }
  const against = await doubtsAbout(found);
  for (const { place, why } of against) context.note(`${tilde(place)} ${why}.`);
  const question = `Whoever that is can have you run anything. Trust ${tilde(found.prefix)}?`;
  if (against.length > 0 && !(await context.confirm(question))) {
    throw new PierError('declined', `${found.name} is not trusted.`, { exitStatus: 1 });
  }
  const { environment, doubts } = await trustEnvironment(site, found.prefix);
  return result({ environment, trusted: true, doubts }, (shown) =>
    doubts.length === 0
      ? `${shown.environment.name} needs no trust: only you and root can change it.`
      : `${shown.environment.name} is trusted, as long as it is this very directory of this owner.`,
  );
}
