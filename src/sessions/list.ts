import { PierError } from '../files/index.ts';
import type { QueryOptions } from '../jobs/index.ts';
import { readSession } from './describe.ts';
import { newestThatSays } from './follow-log.ts';
import { readTail } from './log.ts';
import type { Session } from './session.ts';
import { isOver } from './state.ts';
import { attemptFiles, sessionIds } from './store.ts';
import { isUnreadable, unreadable } from './unreadable.ts';

/**
 * All sessions on record, newest first. Reads files and `/proc`; asks Slurm once, if jobs of its may serve some.
 *
 * One whose records are damaged or not ours is listed as `lost` with the reason: it must not hide the others.
 */
export async function listSessions(asking: QueryOptions = {}): Promise<Session[]> {
  const sessions = await Promise.all((await sessionIds()).map((id) => readOrExplain(id, asking)));
  return sessions.flatMap((session) => session ?? []).sort((a, b) => b.created.localeCompare(a.created));
}

async function readOrExplain(id: string, asking: QueryOptions): Promise<Session | undefined> {
  try {
    return await readSession(id, asking);
  } catch (error) {
    if (!(error instanceof PierError)) throw error;
    // Between mkdir and request.json there is nothing to show yet.
    if (error.code === 'session-unknown') return undefined;
    const wayOut = isUnreadable(error) ? ` To put it aside: pier session stop ${id}` : '';
    return unreadable(id, 'lost', error.message + wayOut);
  }
}

/** States in which something of the session may still run. */
export function isLive({ state }: Pick<Session, 'state'>): boolean {
  return !isOver(state);
}

/** The session a person means by an id or the beginning of one. Errors: as of `findId`, and those of its records. */
export async function findSession(beginning: string): Promise<Session> {
  const id = await findId(beginning);
  try {
    return await readSession(id);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const hint = `To put it aside: pier session stop ${id}`;
    throw new PierError(error.code, error.message, { hint: error.hint ?? hint, cause: error });
  }
}

/** The same of one whose records may be damaged: `lost` then. */
export async function findAnySession(beginning: string): Promise<Session> {
  const id = await findId(beginning);
  return (await readOrExplain(id, {})) ?? (await readSession(id));
}

/** Errors: `session-unknown` with the live ones, `session-ambiguous`. */
async function findId(beginning: string): Promise<string> {
  const ids = (await sessionIds()).filter((id) => id === beginning || id.startsWith(beginning));
  const [only] = ids;
  if (beginning !== '' && only !== undefined && ids.length === 1) return only;
  if (beginning !== '' && ids.length > 1) {
    throw new PierError('session-ambiguous', `${beginning} may mean ${ids.join(', ')}.`, { hint: 'pier session list' });
  }
  const live = (await listSessions()).filter(isLive).map((session) => session.id);
  const known = live.length > 0 ? `There are ${live.join(', ')}.` : 'None is running.';
  throw new PierError('session-unknown', `There is no session ${JSON.stringify(beginning)}. ${known}`, {
    hint: 'pier session list --all',
  });
}

/** The end of a session's newest log, for people. */
export async function readLog(id: string, lines = 200): Promise<string> {
  const { attempt } = await readSession(id);
  return await readTail(attemptFiles(id, await newestThatSays(id, attempt)).log, lines);
}
