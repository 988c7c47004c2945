import { findSession, waitUntilReady } from '../../sessions/index.ts';
import { type CommandContext, result } from '../command.ts';
import { describeOpening, openSession, sessionFailed } from '../open-session.ts';

export async function run(context: CommandContext) {
  const [id = ''] = context.words;
  const found = await findSession(id);
  const session = await waitUntilReady(found.id, context.progress);
  if (session.state !== 'ready') throw await sessionFailed(session);
  const opening = await openSession(session, !context.options.flag('no-browser'));
  return result({ session, opening }, (value) => describeOpening(value.session, value.opening));
}
