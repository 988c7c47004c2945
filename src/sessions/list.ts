import { PierError } from '../files/index.ts';
import { readTail } from './log.ts';
import type { EndpointRecord } from './record-schemas.ts';
import { readRecords, type SessionRecords } from './records.ts';
import type { Endpoint, Session } from './session.ts';
import { judge } from './state.ts';
import { attemptFiles, sessionFiles, sessionIds } from './store.ts';

/** The whole session as the records and processes tell it now. */
async function describe(records: SessionRecords): Promise<Session> {
  const { id, attempt, request, started, endpoint, end, submitted } = records;
  const { state, reason } = await judge(records);
  return {
    id,
    app: request.app,
    state,
    reason,
    environment: request.environment,
    on: request.on,
    directory: request.directory,
    host: started?.agent.host ?? submitted?.identity.host ?? null,
    created: request.created,
    ready: endpoint?.ready ?? null,
    ended: end?.ended ?? null,
    attempt,
    baseUrl: `/s/${id}/`,
    endpoint: state === 'ready' || state === 'ending' ? withoutToken(endpoint?.endpoint) : null,
    log: attemptFiles(id, attempt).log,
  };
}

/** What may be shown: the token stays in its record. */
function withoutToken(endpoint: EndpointRecord['endpoint'] | undefined): Endpoint | null {
  return endpoint?.kind === 'direct' ? { kind: 'direct', port: endpoint.port } : (endpoint ?? null);
}

/** One session. Errors: `session-unknown`, `record-damaged`, `record-untrusted`. */
export async function readSession(id: string): Promise<Session> {
  return await describe(await readRecords(id));
}

/**
 * All sessions on record, newest first. Reads files and `/proc` only.
 *
 * One whose records are damaged or not ours is listed as `lost` with the reason: it must not hide the others.
 */
export async function listSessions(): Promise<Session[]> {
  const sessions = await Promise.all((await sessionIds()).map(readOrExplain));
  return sessions.flatMap((session) => session ?? []).sort((a, b) => b.created.localeCompare(a.created));
}

async function readOrExplain(id: string): Promise<Session | undefined> {
  try {
    return await readSession(id);
  } catch (error) {
    if (!(error instanceof PierError)) throw error;
    // Between mkdir and request.json there is nothing to show yet.
    return error.code === 'session-unknown' ? undefined : unreadable(id, error.message);
  }
}

function unreadable(id: string, reason: string): Session {
  return {
    id,
    app: 'lab',
    state: 'lost',
    reason,
    environment: { name: '?', prefix: '' },
    on: 'here',
    directory: sessionFiles(id).directory,
    host: null,
    created: new Date(0).toISOString(),
    ready: null,
    ended: null,
    attempt: 0,
    baseUrl: `/s/${id}/`,
    endpoint: null,
    log: '',
  };
}

/** States in which something of the session may still run. */
export function isLive(session: Session): boolean {
  return !['ended', 'failed'].includes(session.state);
}

/**
 * The session a person means by an id or the beginning of one.
 *
 * Errors: `session-unknown` with the live ones, `session-ambiguous`.
 */
export async function findSession(beginning: string): Promise<Session> {
  const ids = (await sessionIds()).filter((id) => id === beginning || id.startsWith(beginning));
  const [only] = ids;
  if (beginning !== '' && only !== undefined && ids.length === 1) return await readSession(only);
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
  return await readTail((await readSession(id)).log, lines);
}
