import { PierError, writeRecordOnce } from '../files/index.ts';
import { cancel, findJob, type SubmittedJob } from '../jobs/index.ts';
import { signalRecorded } from '../process/index.ts';
import { readSession } from './describe.ts';
import { asServing } from './follow-on.ts';
import { isLive } from './list.ts';
import { putAside, putAsideByOther } from './put-aside.ts';
import type { VerdictRecord } from './record-schemas.ts';
import { type AttemptRecords, readRecords, type SessionRecords } from './records.ts';
import { clearRemains } from './remains.ts';
import type { Session } from './session.ts';
import { jobOf } from './state-slurm.ts';
import { attemptFiles, sessionFiles } from './store.ts';
import { isUnreadable } from './unreadable.ts';

/** Milliseconds that an agent has to end its session, before its job is ended without it. */
const patience = 15_000;
/** Milliseconds in which Slurm ends a job that it was told to end; it kills what is left after its own `KillWait`. */
const cancelTakes = 60_000;

/**
 * Asks for the end: `stop.json`, which the agent obeys even when nobody can signal it, a signal where we can, and an order
 * to Slurm for whatever of it still waits.
 *
 * `by` says who, for the user: `pier session stop`. The first one who asks is kept.
 */
export async function requestStop(id: string, by: string): Promise<void> {
  const written = await writeStop(id, by);
  const records = await readRecords(id);
  const signalled = records.started && signalRecorded(records.started.agent, 'SIGTERM', 'process');
  if (records.next && !records.next.verdict) await takeOutOfQueue(asServing(records, records.next), by);
  if (records.asked && !records.started) await takeOutOfQueue(records, by);
  else if (records.asked && !written.ok) await cancelJob(records);
  else if (!written.ok && !signalled) throw written.error;
}

/** A job that has not begun is gone as soon as Slurm has the order: its word on that would come half a minute later. */
async function takeOutOfQueue(records: SessionRecords, by: string): Promise<void> {
  const job = await jobOnRecord(records);
  if (!job || !(await cancel(job, 5000)).accepted) return;
  const verdict: VerdictRecord = {
    state: 'ended',
    reason: `It was stopped by ${by}.`,
    ended: new Date().toISOString(),
  };
  await writeRecordOnce(attemptFiles(records.id, records.attempt).verdict, verdict).catch(() => {});
}

/** On a full disk nobody can read that it shall end: then it has to be ended by who can. */
async function writeStop(id: string, by: string) {
  try {
    await writeRecordOnce(sessionFiles(id).stop, { by, at: new Date().toISOString() });
    return { ok: true } as const;
  } catch (error) {
    return { ok: false, error } as const;
  }
}

/** Cancels Slurm's job of an attempt, also one whose number nobody wrote down; says why it could not. */
async function cancelJob(records: AttemptRecords): Promise<string | undefined> {
  const job = await jobOnRecord(records);
  if (!job) return undefined;
  const answer = await cancel(job, 5000);
  return answer.accepted ? undefined : answer.reason;
}

async function jobOnRecord(records: AttemptRecords): Promise<SubmittedJob | undefined> {
  const job = jobOf(records) ?? records.submitted;
  if (job || !records.asked) return job;
  const found = await findJob(records.asked.name);
  return found.found === 'job' ? found.job : undefined;
}

/**
 * Stops a session and waits until nothing of it is left; cleans up behind one that ended badly.
 *
 * Returns the session as it is then. Error: `session-out-of-reach` when it runs where nobody can end it from here.
 */
export async function stopSession(id: string, by: string): Promise<Session> {
  if (isLive(await readSession(id))) await requestStop(id, by);
  return await ended(id);
}

async function endedOrAside(id: string, by: string): Promise<Session> {
  try {
    return await ended(id);
  } catch (error) {
    if (isUnreadable(error)) return await putAside(id, by, error.message);
    const aside = isGone(error) ? putAsideByOther(id) : undefined;
    if (aside) return aside;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof PierError && error.code === 'session-unknown';
}

async function ended(id: string): Promise<Session> {
  if (isLive(await readSession(id))) await untilOver(id);
  await clearRemains(id, 'was killed');
  return await readSession(id);
}

/** Orders that are given at the same time: each to Slurm is a program. */
const atOnce = 8;

/**
 * Stops several, all asked before any is waited for. One that cannot be ended keeps no other one: its error comes last. One
 * whose records are damaged is put aside.
 *
 * `onEnd` is told how many are over.
 */
export async function stopSessions(
  ids: readonly string[],
  by: string,
  onEnd: (done: number) => void,
): Promise<readonly Session[]> {
  const left = [...ids];
  const failures: unknown[] = [];
  const asking = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      try {
        if (isLive(await readSession(id, { patienceMs: 1000 }))) await requestStop(id, by);
      } catch (error) {
        // It is put aside when all are asked, or another pier did that just now.
        if (!isUnreadable(error) && !isGone(error)) failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, asking));
  let done = 0;
  const settled = await Promise.allSettled(ids.map((id) => endedOrAside(id, by).finally(() => onEnd(++done))));
  failures.push(...settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : [])));
  if (failures.length > 0) throw failures[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

async function untilOver(id: string): Promise<void> {
  const deadline = Date.now() + patience;
  for (;;) {
    const session = await readSession(id);
    if (!isLive(session)) return;
    if (Date.now() > deadline) return await endWithoutAgent(id, session);
    await new Promise((resolve) => setTimeout(resolve, session.job ? 300 : 50));
  }
}

async function endWithoutAgent(id: string, session: Session): Promise<void> {
  const records = await readRecords(id);
  const why = await cancelJob(records);
  if (why !== undefined || !records.submitted) throw outOfReach(id, session, why);
  if (records.submitted.engine === 'local') return;
  const deadline = Date.now() + cancelTakes;
  while (isLive(await readSession(id))) {
    if (Date.now() > deadline) throw outOfReach(id, session, 'Slurm was told to end its job, and has not yet.');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function outOfReach(id: string, session: Session, why: string | undefined): PierError {
  const where = session.job
    ? 'Its agent ends when it reads so; try again later'
    : `On ${session.host ?? 'its own machine'}`;
  return new PierError('session-out-of-reach', `Session ${id} cannot be ended from here. ${why ?? session.reason}`, {
    hint: `${where}: pier session stop ${id}`,
  });
}
