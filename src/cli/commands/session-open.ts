import { PierError } from '../../files/index.ts';
import { findSession, isLive, listSessions, type Session, waitUntilReady } from '../../sessions/index.ts';
import { commandLine } from '../../shell/index.ts';
import { type CommandContext, result } from '../command.ts';
import { describeOpening, openSession, reachLines, sessionFailed } from '../open-session.ts';

export async function run(context: CommandContext) {
  const found = await chosen(context.words[0]);
  if (!isLive(found)) throw over(found);
  if (!context.interactive && !context.options.flag('wait')) refuseToWait(found);
  const session = await waitUntilReady(found.id, context.progress);
  if (session.state !== 'ready') throw await sessionFailed(session);
  const opening = await openSession(session, !context.options.flag('no-browser'), await context.site());
  if (context.verbose) for (const line of reachLines(opening)) context.note(line);
  return result({ session, opening }, (value) => describeOpening(value.session, value.opening));
}

/** The one that is named; without a name the only one that runs. */
async function chosen(id: string | undefined): Promise<Session> {
  if (id !== undefined) return await findSession(id);
  const live = (await listSessions()).filter(isLive);
  const [only] = live;
  if (only && live.length === 1) return only;
  const which = live.map((session) => session.id).join(', ');
  throw new PierError('usage', live.length === 0 ? 'No session is running.' : `Which session? There are ${which}.`, {
    hint: live.length === 0 ? 'pier lab' : 'pier session list',
  });
}

/** A job may wait for hours: a script is told so, and a person watches. */
function refuseToWait({ id, state, reason }: Session): void {
  if (state !== 'queued') return;
  throw new PierError('session-not-ready', `Session ${id} is queued. ${reason}`, {
    hint: `pier session open ${id} --wait`,
  });
}

function over({ id, app, environment, directory, reason, on }: Session): PierError {
  const where = on === 'compute' ? ['--on', on] : [];
  return new PierError('session-over', `Session ${id} is over. ${reason}`, {
    hint: commandLine(['pier', app, '-e', environment.name, ...where, '--dir', directory]),
  });
}
