import type { Reach, Session } from '../sessions/index.ts';
import type { Sessions } from './sessions.ts';

/** Milliseconds that an answer about a session is used again: a page of JupyterLab makes some hundred requests. */
const freshFor = 1000;

/** What is known of one session, asked at most once in `freshFor`. */
export interface Targets {
  /** Errors as of `Sessions.read`. */
  readonly session: (id: string) => Promise<Session>;
  /** How it is reached. Errors as of `Sessions.reach`. */
  readonly reach: (session: Session) => Promise<Reach>;
  /** Forgets a session, when it did not answer as it was known to. */
  readonly forget: (id: string) => void;
}

interface Answer<Value> {
  readonly at: number;
  readonly value: Promise<Value>;
}

export function createTargets(sessions: Sessions, now: () => number = Date.now): Targets {
  const known = new Map<string, Answer<Session>>();
  const reaches = new Map<string, Answer<Reach>>();
  return {
    session: (id) => remember(known, id, now, () => sessions.read(id)),
    reach: (session) => remember(reaches, session.id, now, () => sessions.reach(session)),
    forget: (id) => {
      known.delete(id);
      reaches.delete(id);
    },
  };
}

function remember<Value>(
  answers: Map<string, Answer<Value>>,
  id: string,
  now: () => number,
  ask: () => Promise<Value>,
): Promise<Value> {
  const found = answers.get(id);
  if (found && now() - found.at < freshFor) return found.value;
  for (const [other, { at }] of answers) if (now() - at >= freshFor) answers.delete(other);
  const value = ask();
  answers.set(id, { at: now(), value });
  // An error is no knowledge.
  value.catch(() => answers.delete(id));
  return value;
}
