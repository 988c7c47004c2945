import type { Resources } from '../jobs/index.ts';

/** See docs/sessions.md for what each state means and what it is derived from. */
export type SessionState = 'created' | 'queued' | 'starting' | 'ready' | 'ending' | 'ended' | 'failed' | 'lost';

/** Where Jupyter of one attempt listens. */
export type Endpoint =
  | { readonly kind: 'socket'; readonly path: string }
  /** Jupyter too old for a socket, or asked for by `--direct`: a port, and a token that stays on record. */
  | { readonly kind: 'direct'; readonly port: number; readonly addresses: readonly string[] };

/** One Jupyter server that a person asked for, whatever jobs serve it. */
export interface Session {
  /** Eight characters of a-z and 2-7, the first a letter: also its host name, `<id>.localhost`. */
  readonly id: string;
  readonly app: 'lab' | 'notebook';
  readonly state: SessionState;
  /** Why it is in this state, in plain words. */
  readonly reason: string;
  /** What goes wrong although it is ready, such as a full disk; null when nothing does. */
  readonly trouble: string | null;
  readonly environment: { readonly name: string; readonly prefix: string };
  readonly on: 'here' | 'login' | 'compute';
  readonly directory: string;
  /** Node that serves it, once known. */
  readonly host: string | null;
  /** ISO 8601. */
  readonly created: string;
  readonly ready: string | null;
  readonly ended: string | null;
  /** When its job's time is over; null when it has no end, or nobody knows. */
  readonly ends: string | null;
  /** The newest attempt that counts; from 1. */
  readonly attempt: number;
  /** Slurm's job; null for one that runs without. */
  readonly job: SessionJob | null;
  /** A follow-on job, which serves the session after this one; or was to, when it is over already. */
  readonly next: FollowOn | null;
  /** `/s/<id>/` */
  readonly baseUrl: string;
  /** Null unless `ready` or `ending`. */
  readonly endpoint: Endpoint | null;
  /** The attempt's log. */
  readonly log: string;
}

export interface SessionJob {
  /** Slurm's number; null while it is being handed over. */
  readonly number: string | null;
  /** What no other job is called. */
  readonly name: string;
  readonly resources: Resources;
  /** While it waits: when Slurm means to start it; null when it does not say. */
  readonly estimatedStart: string | null;
  /** When Slurm said so; null when it was not asked, or has not answered yet. */
  readonly asOf: string | null;
}

export interface FollowOn {
  /** Slurm's number; null while it is being handed over. */
  readonly job: string | null;
  readonly attempt: number;
  /** What has become of it: `ended` or `failed` when it is over without having begun. */
  readonly state: SessionState;
  readonly reason: string;
}
