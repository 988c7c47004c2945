import type { Reach, Session } from '../sessions/index.ts';

/** What the portal asks of the sessions room; `serve.ts` hands in the real one. */
export interface Sessions {
  readonly list: () => Promise<readonly Session[]>;
  /** Errors: `session-unknown`, `record-damaged`, `record-untrusted`. */
  readonly read: (id: string) => Promise<Session>;
  readonly requestStop: (id: string, by: string) => Promise<void>;
  /** The end of its log. */
  readonly log: (id: string) => Promise<string>;
  /** The socket of this machine that leads to it, and by which way. Any error means that there is none from here. */
  readonly reach: (session: Session) => Promise<Reach>;
}
