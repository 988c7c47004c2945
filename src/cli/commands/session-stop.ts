import { PierError } from '../../files/index.ts';
import { findAnySession, isLive, listSessions, stopSessions } from '../../sessions/index.ts';
import { type CommandContext, result } from '../command.ts';

export async function run({ words, options, progress }: CommandContext) {
  const before = await chosen(words, options.flag('all'));
  const ids = [...before.keys()];
  const show = (done: number) => progress({ step: `stopped ${done}`, message: 'Stopping', done, total: ids.length });
  if (ids.length > 0) show(0);
  const stopped = await stopSessions(ids, 'pier session stop', show);
  const sessions = stopped.map((session) =>
    before.get(session.id) ? session : { ...session, reason: `It was over already. ${session.reason}` },
  );
  return result({ sessions }, (value) =>
    value.sessions.length === 0
      ? 'No session is running.'
      : value.sessions.map((session) => `${session.id}: ${session.reason}`).join('\n'),
  );
}

/** The sessions that are meant, each with whether it runs. */
async function chosen(words: readonly string[], all: boolean): Promise<ReadonlyMap<string, boolean>> {
  if (all) return new Map((await listSessions()).filter(isLive).map(({ id }) => [id, true]));
  if (words.length === 0) {
    throw new PierError('usage', 'Which session?', { hint: 'pier session stop ID, or --all; pier session list' });
  }
  const found = await Promise.all(words.map(findAnySession));
  return new Map(found.map((session) => [session.id, isLive(session)]));
}
