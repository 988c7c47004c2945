import { PierError } from '../files/index.ts';
import type { Session } from './session.ts';
import { sessionFiles } from './store.ts';

const codes = ['record-damaged', 'record-untrusted', 'record-unreadable'];

/** Whether it says that a session's records are damaged, or not surely ours. */
export function isUnreadable(error: unknown): error is PierError {
  return error instanceof PierError && codes.includes(error.code);
}

/** A session of which nothing can be said but why. */
export function unreadable(id: string, state: 'lost' | 'ended', reason: string): Session {
  return {
    id,
    app: 'lab',
    state,
    reason,
    trouble: null,
    environment: { name: '?', prefix: '' },
    on: 'here',
    directory: sessionFiles(id).directory,
    host: null,
    created: new Date(0).toISOString(),
    ready: null,
    ended: null,
    ends: null,
    attempt: 0,
    job: null,
    next: null,
    baseUrl: `/s/${id}/`,
    endpoint: null,
    log: '',
  };
}
