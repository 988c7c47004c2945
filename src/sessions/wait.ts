import { type Progress, untilChange } from '../files/index.ts';
import { readSession } from './describe.ts';
import type { Session } from './session.ts';
import { attemptFiles } from './store.ts';

/** Milliseconds between two looks, a few small files each, where the records' changes cannot be watched. */
const lookEvery = 250;

/** Follows a session until it is ready or over; the caller says what that means to it. */
export async function waitUntilReady(id: string, progress: Progress, signal?: AbortSignal): Promise<Session> {
  let told = '';
  for (;;) {
    const session = await readSession(id);
    if (!['created', 'queued', 'starting'].includes(session.state)) return session;
    if (session.reason !== told) progress({ step: session.state, message: session.reason });
    told = session.reason;
    if (signal?.aborted) return session;
    await untilChange(attemptFiles(id, session.attempt).directory, lookEvery);
  }
}

/** Waits for the end of a session that is being used. */
export async function waitUntilOver(id: string, signal: AbortSignal): Promise<Session> {
  for (;;) {
    const session = await readSession(id);
    if (signal.aborted || ['ended', 'failed'].includes(session.state)) return session;
    await new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve(undefined);
      };
      const timer = setTimeout(done, 1000);
      signal.addEventListener('abort', done);
    });
  }
}
