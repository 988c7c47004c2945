import { liveness, writeRecordOnce } from '../files/index.ts';
import { cancel, findJob, type JobStatus, type QueryOptions, query, type SlurmJob } from '../jobs/index.ts';
import type { SubmittedRecord } from './record-schemas.ts';
import type { AttemptRecords, SessionRecords } from './records.ts';
import { isOver, type Verdict } from './state.ts';
import { beatsMissed, withTrouble } from './state-local.ts';
import { attemptFiles } from './store.ts';
import { settle } from './verdict.ts';
import { whyFull } from './why-full.ts';

/** Milliseconds: a submission whose command was killed may still be on its way to Slurm. */
const submissionTakes = 30_000;
/** Milliseconds that the clocks of two nodes may differ. */
const clocks = 5000;
/** Milliseconds to wait for Slurm about a session that is heard of anyway. */
const enoughIsKnown = 1500;
/** Milliseconds: Slurm is asked for all sessions at once; what it said within this is not called old. */
const oldFrom = 60_000;

/**
 * The state of a session that a job of Slurm's serves.
 *
 * Slurm says whether the job waits, runs or is over; what the agent writes says whether Jupyter answers. An agent that has
 * written something since Slurm was asked knows better. A Slurm that does not answer changes nothing.
 */
export async function judgeSlurm(records: SessionRecords, now: number, asking: QueryOptions): Promise<Verdict> {
  const job = jobOf(records) ?? (await foundByName(records, now, asking));
  if ('state' in job) return job;
  const heard = isHeard(records, now);
  const status = await query(job, heard ? { patienceMs: enoughIsKnown } : asking);
  const verdict = await judgeFrom(records, job, status, now);
  // Of a job that was found by its name there may be no record, for want of room.
  return { ...verdict, job: { asOf: status.asOf, ...verdict.job, number: job.job } };
}

/** The job that serves it: the one that was submitted, or the one that a person made of the same script since. */
export function jobOf({ submitted, started }: Pick<AttemptRecords, 'submitted' | 'started'>): SlurmJob | undefined {
  if (submitted?.engine !== 'slurm') return undefined;
  return started?.job === undefined ? submitted : { ...submitted, job: started.job };
}

/** The job of a submission of which nobody wrote down the answer; or what to say while none is known. */
async function foundByName(records: SessionRecords, now: number, asking: QueryOptions): Promise<SlurmJob | Verdict> {
  const { id, attempt, asked, stop } = records;
  const name = asked?.name ?? '';
  const since = asked ? Date.parse(asked.at) : 0;
  if (asked && liveness(asked.by) === 'alive') return created('It is being handed to Slurm.', null);
  const found = await findJob(name, asking);
  if (found.found === 'job') {
    const submitted: SubmittedRecord = found.job;
    // Without room for the record it is found by its name again the next time.
    await writeRecordOnce(attemptFiles(id, attempt).submitted, submitted).catch(() => {});
    // Whoever stopped it found no job to cancel.
    if (stop && !records.started) await cancel(found.job, 0);
    return found.job;
  }
  const by = stop ? `It is being stopped by ${stop.by}. ` : '';
  if (found.found === 'unknown') {
    return created(`${by}Whether Slurm has its job is not known: ${found.reason}`, null);
  }
  if (Date.parse(found.asOf) - since < submissionTakes && now - since < 2 * submissionTakes) {
    return created(stop ? `${by}Its job may still come to Slurm.` : 'It is about to be handed to Slurm.', found.asOf);
  }
  if (stop) return { state: 'ended', reason: `It was stopped by ${stop.by}, before Slurm had its job.` };
  const reason = 'It never came to Slurm: the command that asked for it was interrupted.';
  return { state: 'failed', reason, job: { asOf: found.asOf } };
}

function created(reason: string, asOf: string | null): Verdict {
  return { state: 'created', reason, job: { asOf } };
}

/** Its agent lives, or has written of itself a moment ago. */
function isHeard({ started, beat, end }: SessionRecords, now: number): boolean {
  if (!started || end) return false;
  return liveness(started.agent) === 'alive' || (beat !== undefined && now - Date.parse(beat.at) < beatsMissed);
}

export async function judgeFrom(
  records: SessionRecords,
  job: SlurmJob,
  status: JobStatus,
  now: number,
): Promise<Verdict> {
  const age = ageOf(status.asOf, now);
  switch (status.state) {
    case 'gone':
      return await settle(records, job, status, now);
    case 'ending':
      return { state: 'ending', reason: status.reason + age, job: { asOf: status.asOf } };
    case 'queued':
      if (!startedSince(records, status)) return queued(records, status, age);
      return await serving(records, job, { host: null, limit: null, asOf: status.asOf }, now);
    case 'running':
      return await serving(records, job, status, now);
    default:
      return await unanswered(records, job, status, now);
  }
}

/**
 * Slurm's answer is some seconds old: an agent that began since then knows better, also one that is over since. One that
 * began before, or was over by then, was ended, and its job put back into the queue.
 */
function startedSince({ started, end }: SessionRecords, { asOf }: { readonly asOf: string }): boolean {
  const answered = Date.parse(asOf);
  if (end && Date.parse(end.ended) <= answered) return false;
  return started !== undefined && Date.parse(started.started) > answered - clocks;
}

function queued({ stop, started }: SessionRecords, status: JobStatus & { state: 'queued' }, age: string): Verdict {
  const { estimatedStart, asOf } = status;
  if (stop)
    return { state: 'ending', reason: `It is being stopped by ${stop.by}; its job still waits.`, job: { asOf } };
  const back =
    status.requeued || started ? 'Slurm has ended it and put its job back into the queue: kernels start anew. ' : '';
  const change = status.change ? ` ${status.change}` : '';
  const job = { estimatedStart, change: status.change, asOf };
  return { state: 'queued', reason: `${back}${status.reason}${change}${age}`, job };
}

interface Running {
  readonly host: string | null;
  readonly limit: string | null;
  readonly asOf: string | null;
}

/** What the agent's own records say of a job that Slurm runs, or ran when it was last heard of. */
async function serving(records: SessionRecords, job: SlurmJob, running: Running, now: number): Promise<Verdict> {
  const { stop, started, endpoint, beat, end } = records;
  const shown = { host: running.host, limit: running.limit ?? beat?.ends ?? null, asOf: running.asOf };
  const say = (state: Verdict['state'], reason: string): Verdict => ({ state, reason, job: shown });
  const where = started?.agent.host ?? running.host ?? 'a node';
  if (end) return say('ending', `Its agent is done on ${where}, and Slurm is about to end its job ${job.job}.`);
  if (stop) return say('ending', `It is being stopped by ${stop.by}.`);
  if (!started) return say('starting', `Slurm has given it ${where}; its job ${job.job} has not said a word yet.`);
  const own = liveness(started.agent);
  if (own === 'dead') return say('ending', 'Its agent was killed; its job is about to end.');
  if (!endpoint) return say('starting', `Jupyter is starting on ${where}.`);
  const silent = now - Date.parse(beat?.at ?? endpoint.ready);
  if (own === 'alive' || silent < beatsMissed) {
    return { ...say('ready', ''), ...withTrouble(endpoint.note ?? `Jupyter answers on ${where}.`, records) };
  }
  const ago = `${Math.round(silent / 1000)} s`;
  // Whoever cannot write cannot be heard, and may be as well as ever.
  const full = await whyFull(attemptFiles(records.id, records.attempt).directory);
  if (full) {
    const trouble = `It has not been heard of for ${ago}, since nothing can be written: ${full}.`;
    return { ...say('ready', trouble), trouble };
  }
  return say('lost', `It has not been heard of for ${ago}. To Slurm its job ${job.job} still runs, on ${where}.`);
}

/** Slurm does not answer: what it said last holds, and what the agent has written since. */
async function unanswered(
  records: SessionRecords,
  job: SlurmJob,
  status: JobStatus & { state: 'unknown' },
  now: number,
): Promise<Verdict> {
  const { started, stop } = records;
  const mute = `Slurm cannot be asked: ${status.reason}`;
  if (status.last) {
    const told = await judgeFrom(records, job, status.last, now);
    return told.state === 'ready' || isOver(told.state) ? told : { ...told, reason: `${told.reason} ${mute}` };
  }
  if (started) {
    const told = await serving(records, job, { host: null, limit: null, asOf: status.asOf }, now);
    return told.state === 'ready' ? told : { ...told, reason: `${told.reason} ${mute}` };
  }
  const reason = `Slurm has its job ${job.job}. ${mute}`;
  return { state: stop ? 'ending' : 'queued', reason, job: { asOf: status.asOf } };
}

function ageOf(asOf: string | null, now: number): string {
  const age = asOf === null ? 0 : now - Date.parse(asOf);
  return age > oldFrom ? ` (So it was ${Math.round(age / 60_000)} min ago; Slurm has not answered since.)` : '';
}
