import { type Doubt, distrustEnvironment, doubtsAbout, trustEnvironment } from '../../environments/index.ts';
import { PierError, tilde } from '../../files/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { knownEnvironment } from '../known-environment.ts';
import { counted } from '../quantities.ts';

/** `pier env trust NAME`: says what speaks against it, and asks. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const found = await knownEnvironment(site, context.words[0] ?? '');
  if (context.options.flag('revoke')) {
    const { environment, was } = await distrustEnvironment(site, found.prefix);
    const said = was ? 'is trusted by name no longer' : 'was not trusted by name';
    return result({ environment, trusted: false }, (shown) => `${shown.environment.name} ${said}.`);
  }
  const { doubts: against, looked } = await doubtsAbout(found);
  for (const line of describeDoubts(against)) context.note(line);
  context.note(`(pier looked at ${counted(looked, 'place')} that it runs or imports from, and above it.)`);
  const question = `Whoever that is can have you run anything. Trust ${tilde(found.prefix)}?`;
  if (against.length > 0 && !(await context.confirm(question))) {
    throw new PierError('declined', `${found.name} is not trusted.`, { exitStatus: 1 });
  }
  const { environment, doubts } = await trustEnvironment(site, found.prefix);
  const told = doubts.map(({ place, why }) => ({ place, why }));
  return result({ environment, trusted: true, doubts: told, looked }, (shown) =>
    doubts.length === 0
      ? `${shown.environment.name} needs no trust: only you, root and the groups that you gave it or its directory to can change it.`
      : `${shown.environment.name} is trusted, as long as it is this very directory of this owner.`,
  );
}

/** Places shown of one kind. */
const most = 4;

/** Those that say the same, together: an environment of somebody's is theirs at each place. */
function describeDoubts(doubts: readonly Doubt[]): string[] {
  const reasons = [...new Set(doubts.map(({ why }) => why))];
  return reasons.flatMap((reason) => {
    const places = doubts.filter(({ why }) => why === reason).map(({ place }) => tilde(place));
    const more = places.length > most ? [`The same of ${counted(places.length - most, 'place')} more.`] : [];
    return [...places.slice(0, most).map((place) => `${place} ${reason}.`), ...more];
  });
}
