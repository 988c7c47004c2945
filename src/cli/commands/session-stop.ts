import { PierError } from '../../files/index.ts';
import { findSession, isLive, listSessions, readSession, stopSession } from '../../sessions/index.ts';
import { type CommandContext, result } from '../command.ts';

export async function run({ words, options, progress }: CommandContext) {
  const ids = await chosen(words, options.flag('all'));
  const sessions = [];
  for (const id of ids) {
    progress({ step: `stop ${id}`, message: `Stopping ${id}`, done: sessions.length, total: ids.length });
    const before = await readSession(id);
    const session = await stopSession(id, 'pier session stop');
    sessions.push(isLive(before) ? session : { ...session, reason: `It was over already. ${session.reason}` });
  }
  return result({ sessions }, (value) =>
    value.sessions.length === 0
      ? 'No session is running.'
      : value.sessions.map((session) => `${session.id}: ${session.reason}`).join('\n'),
  );
}

async function chosen(words: readonly string[], all: boolean): Promise<string[]> {
  if (all) return (await listSessions()).filter(isLive).map((session) => session.id);
  if (words.length === 0) {
    throw new PierError('usage', 'Which session?', { hint: 'pier session stop ID, or --all; pier session list' });
  }
  const found = await Promise.all(words.map(findSession));
  return [...new Set(found.map((session) => session.id))];
}
