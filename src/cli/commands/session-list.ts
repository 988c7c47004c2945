import { isLive, listSessions } from '../../sessions/index.ts';
import { type CommandContext, result } from '../command.ts';
import { describeSessions } from '../describe-sessions.ts';

export async function run({ options }: CommandContext) {
  const all = await listSessions();
  const recent = all.filter((session) => isLive(session) || options.flag('all'));
  return result({ sessions: recent }, ({ sessions }) => describeSessions(sessions, all.length - sessions.length));
}
