import { PierError, writeRecordOnce } from '../files/index.ts';
import { cancel } from '../jobs/index.ts';
import { signalRecorded } from '../process/index.ts';
import { isLive, readSession } from './list.ts';
import { readRecords } from './records.ts';
import { clearRemains } from './remains.ts';
import type { Session } from './session.ts';
import { sessionFiles } from './store.ts';

/** Milliseconds that an agent has to end its session, before its job is ended without it. */
const patience = 15_000;

/**
 * Asks for the end: `stop.json`, which the agent obeys even when nobody can signal it, and a signal where we can.
 *
 * `by` says who, for the user: `pier session stop`. The first one who asks is kept.
 */
export async function requestStop(id: string, by: string): Promise<void> {
  await writeRecordOnce(sessionFiles(id).stop, { by, at: new Date().toISOString() });
  const { started } = await readRecords(id);
  if (started) signalRecorded(started.agent, 'SIGTERM', 'process');
}

/**
 * Stops a session and waits until nothing of it is left; cleans up behind one that ended badly.
 *
 * Returns the session as it is then. Error: `session-out-of-reach` when it runs where we cannot signal.
 */
export async function stopSession(id: string, by: string): Promise<Session> {
  if (isLive(await readSession(id))) {
    await requestStop(id, by);
    await untilOver(id);
  }
  await clearRemains(id, 'was killed');
  return await readSession(id);
}

async function untilOver(id: string): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const session = await readSession(id);
    if (!isLive(session)) return;
    if (Date.now() > deadline) return await endWithoutAgent(id, session);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function endWithoutAgent(id: string, session: Session): Promise<void> {
  const { submitted } = await readRecords(id);
  if (submitted && (await cancel(submitted, 5000)).accepted) return;
  throw new PierError('session-out-of-reach', `Session ${id} cannot be ended from here. ${session.reason}`, {
    hint: `On ${session.host ?? 'its own machine'}: pier session stop ${id}`,
  });
}
