import {
  type ChangePlan,
  type ChangeRequest,
  changeEnvironment,
  type Environment,
  withModules,
} from '../environments/index.ts';
import type { Site } from '../site/index.ts';
import { type CommandContext, type CommandResult, result } from './command.ts';
import { describeRoom } from './create-environment.ts';
import { counted, size } from './quantities.ts';
import { useForThisRun } from './use-for-this-run.ts';

type Moves = ChangePlan['moves'];

/** Changes an environment in a person's sight: what comes and goes before, progress meanwhile, what there is after. */
export async function changed(context: CommandContext, site: Site, request: ChangeRequest): Promise<CommandResult> {
  // What is built is built with them.
  const onFound = async (found: Environment) => {
    if (request.install && request.install.length > 0) useForThisRun(await withModules(found));
  };
  const onPlan = async (plan: ChangePlan, { name }: Environment) => context.note(describePlan(name, plan));
  const done = await changeEnvironment(site, request, { progress: context.progress, onFound, onPlan });
  const { environment, moves, repaired } = done;
  if (repaired !== null) {
    context.note(`An earlier change of ${environment.name} had been interrupted (${repaired}); that was undone first.`);
  }
  return result({ environment, changes: moves }, (shown) => describeDone(shown.environment, shown.changes));
}

/** `+ numpy 2.1, six 1.16 → 1.17, - idna 3.7`, one a line. */
function describePlan(name: string, { moves, forecast }: ChangePlan): string {
  if (moves.length === 0) return `${name} has all of that already.`;
  const lines = moves.map((move) => `  ${describeMove(move)}`);
  if (forecast.packages === 0) return [`Out of ${name} ${moves.length === 1 ? 'goes' : 'go'}:`, ...lines].join('\n');
  const { files, bytes, download } = forecast;
  const fetched = download > 0 ? `${size(download)} to download` : 'nothing to download';
  const cost = `${counted(forecast.packages, 'package')}, about ${counted(files, 'file')} and ${size(bytes)}`;
  return [`${name}: ${cost} (${fetched})${describeRoom(forecast)}.`, ...lines].join('\n');
}

function describeMove({ name, from, to }: Moves[number]): string {
  if (from === null) return `+ ${name} ${to}`;
  return to === null ? `- ${name} ${from}` : `  ${name} ${from} → ${to}`;
}

function describeDone({ name, files, bytes }: Environment, moves: Moves): string {
  const came = moves.filter(({ to }) => to !== null).length;
  const went = moves.length - came;
  const what = [
    ...(came > 0 ? [`${counted(came, 'package')} installed`] : []),
    ...(went > 0 ? [`${counted(went, 'package')} uninstalled`] : []),
  ];
  const now = `${counted(files ?? 0, 'file')}, ${size(bytes ?? 0)}`;
  return what.length > 0 ? `${name}: ${what.join(', ')}. It is now ${now}.` : `${name} is as it was: ${now}.`;
}
