import type { Progress } from '../files/index.ts';
import { readSession } from './list.ts';
import type { Session } from './session.ts';

/** Milliseconds between two looks: a few small files each. */
const lookEvery = 100;

/** Follows a session until it is ready or over; the caller says what that means to it. */
export async function waitUntilReady(id: string, progress: Progress, signal?: AbortSignal): Promise<Session> {
  let told = '';
  for (;;) {
    const session = await readSession(id);
    if (!['created', 'queued', 'starting'].includes(session.state)) return session;
    if (session.reason !== told) progress({ step: session.state, message: session.reason });
    told = session.reason;
    if (signal?.aborted) return session;
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
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
