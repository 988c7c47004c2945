import { type Changes, type Progress, watchChanges } from '../files/index.ts';
import { readSession } from './describe.ts';
import type { Session } from './session.ts';
import { attemptFiles } from './store.ts';
import { waitingEvent } from './waiting.ts';

/** Milliseconds between two looks, a few small files each, where the records' changes cannot be watched. */
const lookEvery = 250;

/** The same for a session that waits for Slurm, which is not asked each time. */
const lookInQueue = 1000;

/** Who looks again in a moment does not wait for Slurm, which is asked behind. */
const inPassing = { patienceMs: 1000 };

/** Follows a session until it is ready or over; the caller says what that means to it. */
export async function waitUntilReady(id: string, progress: Progress, signal?: AbortSignal): Promise<Session> {
  let changes: Changes | undefined;
  try {
    for (;;) {
      const session = await readSession(id, inPassing);
      if (!['created', 'queued', 'starting'].includes(session.state)) return session;
      if (signal?.aborted) return session;
      progress(waitingEvent(session));
      const { directory } = attemptFiles(id, session.attempt);
      if (changes?.directory === directory) {
        await changes.next(session.state === 'queued' ? lookInQueue : lookEvery);
      } else {
        // What was written before it was watched is read now.
        changes?.[Symbol.dispose]();
        changes = watchChanges(directory);
      }
    }
  } finally {
    changes?.[Symbol.dispose]();
  }
}

/** Waits for the end of a session that is being used. */
export async function waitUntilOver(id: string, signal: AbortSignal): Promise<Session> {
  for (;;) {
    const session = await readSession(id, inPassing);
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
