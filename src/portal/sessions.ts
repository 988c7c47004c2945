import type { Session } from '../sessions/index.ts';

/** What the portal asks of the sessions room; `serve.ts` hands in the real one. */
export interface Sessions {
  readonly list: () => Promise<readonly Session[]>;
  /** Errors: `session-unknown`, `record-damaged`, `record-untrusted`. */
  readonly read: (id: string) => Promise<Session>;
  readonly requestStop: (id: string, by: string) => Promise<void>;
  /** The end of its log. */
  readonly log: (id: string) => Promise<string>;
  /** The path of its socket, checked to be its own. Any error means that there is no way to it from here. */
  readonly socket: (session: Session) => Promise<string>;
}
