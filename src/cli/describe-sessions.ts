import { tilde } from '../files/index.ts';
import type { Session } from '../sessions/index.ts';
import { table } from './layout.ts';

/** The sessions as lines for a person; `hidden` more have ended. */
export function describeSessions(sessions: readonly Session[], hidden: number): string {
  if (sessions.length === 0) {
    const ended = hidden > 0 ? ` ${hidden} ended: pier session list --all` : ' To start one: pier lab';
    return `No session is running.${ended}`;
  }
  const rows = sessions.map((session) => [
    session.id,
    session.app,
    session.state,
    session.environment.name,
    since(session),
    tilde(session.directory),
  ]);
  const reasons = sessions
    .filter((session) => session.state !== 'ready')
    .map((session) => `${session.id}: ${firstLine(session.reason)}`);
  return [table(['ID', 'APP', 'STATE', 'ENVIRONMENT', 'SINCE', 'DIRECTORY'], rows), ...reasons].join('\n');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** When it came into this state: the time of day, with the day when that is not today. */
function since(session: Session): string {
  const time = new Date(session.ended ?? session.ready ?? session.created);
  const clock = time.toTimeString().slice(0, 5);
  return time.toDateString() === new Date().toDateString() ? clock : `${time.toISOString().slice(0, 10)} ${clock}`;
}
