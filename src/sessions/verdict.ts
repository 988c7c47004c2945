import { rm } from 'node:fs/promises';
import { userName, writeRecordOnce } from '../files/index.ts';
import { type EndExplanation, explainEnd, type JobEnd, type JobStatus, type SlurmJob } from '../jobs/index.ts';
import { readTail } from './log.ts';
import type { VerdictRecord } from './record-schemas.ts';
import type { SessionRecords } from './records.ts';
import type { Verdict } from './state.ts';
import { attemptFiles } from './store.ts';

/** Ends that are nobody's failure. */
const peaceful: readonly EndExplanation['kind'][] = ['completed', 'time-limit'];

/**
 * How a session ended whose job is over, in one sentence and what to do about it; kept in `verdict.json`, so that Slurm,
 * which forgets, is asked once.
 */
export async function settle(
  records: SessionRecords,
  job: SlurmJob,
  gone: JobStatus & { state: 'gone' },
  now: number,
): Promise<Verdict> {
  const { id, attempt, started } = records;
  const { state, reason } = await explain(records, job, gone);
  const ended = gone.end?.ended ?? records.end?.ended ?? new Date(now).toISOString();
  const record: VerdictRecord = { state, reason, ended, ...(started?.restart ? { restart: started.restart } : {}) };
  if (gone.settled) await rm(attemptFiles(id, attempt).gateKey, { force: true }).catch(() => {});
  // On a full disk it is found out anew the next time; so it is while accounting is silent.
  if (gone.settled) await writeRecordOnce(attemptFiles(id, attempt).verdict, record).catch(() => {});
  return { state, reason, job: { host: gone.end?.host ?? null, asOf: gone.asOf } };
}

async function explain(
  { id, attempt, stop, end, asked }: SessionRecords,
  job: SlurmJob,
  gone: JobStatus & { state: 'gone' },
): Promise<Pick<VerdictRecord, 'state' | 'reason'>> {
  if (stop) return { state: 'ended', reason: `It was stopped by ${stop.by}.` };
  if (!gone.end && end && !(gone.settled && end.cause === 'signal')) return { state: end.state, reason: end.reason };
  const { kind, sentence, advice } = await explainEnd(gone.end, {
    log: await readTail(attemptFiles(id, attempt).log, 60),
    exitStatus: gone.end?.exitCode ?? null,
    seconds: asked?.resources.seconds ?? null,
    memory: asked?.resources.memory ?? null,
  });
  const reason = `${sentence}${advice ? ` ${advice}` : ''} (Slurm's job ${job.job}.)`;
  return { state: peaceful.includes(kind) || byUser(gone.end) ? 'ended' : 'failed', reason };
}

function byUser(end: JobEnd | null): boolean {
  return end?.kind === 'cancelled' && end.by === userName();
}
