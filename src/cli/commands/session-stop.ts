import { PierError } from '../../files/index.ts';
import { findAnySession, isLive, listSessions, type Session, stopSessions } from '../../sessions/index.ts';
import { type CommandContext, result } from '../command.ts';
import { wrap } from '../layout.ts';

export async function run({ words, options, progress }: CommandContext) {
  const before = await chosen(words, options.flag('all'));
  const ids = [...before.keys()];
  const show = (done: number) => progress({ step: `stopped ${done}`, message: 'Stopping', done, total: ids.length });
  if (ids.length > 0) show(0);
  const stopped = await stopSessions(ids, 'pier session stop', show);
  const sessions = stopped.map((session) => ({ ...session, reason: reasonOf(session, before.get(session.id)) }));
  return result({ sessions }, (value) =>
    value.sessions.length === 0
      ? 'No session is running.'
      : value.sessions.map((session) => wrap(`${session.id}: ${session.reason}`)).join('\n'),
  );
}

/** With what became of a follow-on job: whatever Slurm made of the order, its agent finds that it shall not serve. */
function reasonOf({ reason }: Session, before: Session | undefined): string {
  if (!before || !isLive(before)) return `It was over already. ${reason}`;
  if (!before.next || !isLive(before.next)) return reason;
  const number = before.next.job === null ? '' : ` (Slurm’s job ${before.next.job})`;
  return `${reason} Its follow-on job${number} is taken back, too.`;
}

/** The sessions that are meant, as they were. */
async function chosen(words: readonly string[], all: boolean): Promise<ReadonlyMap<string, Session>> {
  if (all) return new Map((await listSessions()).filter(isLive).map((session) => [session.id, session]));
  if (words.length === 0) {
    throw new PierError('usage', 'Which session?', { hint: 'pier session stop ID, or --all; pier session list' });
  }
  const found = await Promise.all(words.map(findAnySession));
  return new Map(found.map((session) => [session.id, session]));
}
