import { lookAnew, PierError, readRecord, tilde } from '../files/index.ts';
import type {
  AskedRecord,
  BeatRecord,
  EndpointRecord,
  EndRecord,
  RequestRecord,
  StartedRecord,
  StopRecord,
  SubmittedRecord,
  VerdictRecord,
} from './record-schemas.ts';
import { attemptFiles, newestAttempt, sessionFiles } from './store.ts';

/** All that is on record of one attempt. */
export interface AttemptRecords {
  readonly attempt: number;
  readonly asked: AskedRecord | undefined;
  readonly submitted: SubmittedRecord | undefined;
  readonly started: StartedRecord | undefined;
  readonly endpoint: EndpointRecord | undefined;
  readonly beat: BeatRecord | undefined;
  readonly end: EndRecord | undefined;
  readonly verdict: VerdictRecord | undefined;
}

/** All that is on record of a session: of the attempt that counts, and of one that was to follow it, over or not. */
export interface SessionRecords extends AttemptRecords {
  readonly id: string;
  readonly request: RequestRecord;
  readonly stop: StopRecord | undefined;
  readonly next: AttemptRecords | undefined;
}

/** What each file of a session holds; record-schemas.ts says how it is checked. */
interface Records {
  request: RequestRecord;
  asked: AskedRecord;
  submitted: SubmittedRecord;
  started: StartedRecord;
  endpoint: EndpointRecord;
  beat: BeatRecord;
  end: EndRecord;
  verdict: VerdictRecord;
  stop: StopRecord;
}

/** Reads one record through its schema; undefined when there is none. Errors: `record-damaged`, `record-untrusted`. */
async function read<Name extends keyof Records>(name: Name, file: string): Promise<Records[Name] | undefined> {
  const value = await readRecord(file);
  if (value === undefined) return undefined;
  const { schemas } = await import('./record-schemas.ts');
  const parsed = schemas[name].safeParse(value);
  if (parsed.success) return parsed.data as Records[Name];
  const issue = parsed.error.issues[0];
  throw new PierError('record-damaged', `${tilde(file)} is damaged: ${issue?.path.join('.')} ${issue?.message}.`);
}

export async function readRequest(id: string): Promise<RequestRecord> {
  const request = await read('request', sessionFiles(id).request);
  if (request?.id === id) return request;
  if (request) throw new PierError('record-damaged', `${tilde(sessionFiles(id).request)} is another session's.`);
  throw new PierError('session-unknown', `There is no session ${id}.`, { hint: 'pier session list --all' });
}

/** The request to end, also one that was written on another machine a moment ago. */
export async function readStop(id: string): Promise<StopRecord | undefined> {
  const { directory, stop } = sessionFiles(id);
  await lookAnew(directory);
  return await read('stop', stop);
}

/** Reads everything on record of a session. Errors: `session-unknown`, and those of its records. */
export async function readRecords(id: string): Promise<SessionRecords> {
  const request = await readRequest(id);
  const [stop, newest] = await Promise.all([readStop(id), newestAttempt(id).then((it) => last(id, it, wasAsked))]);
  if (newest.attempt <= 1 || hasBegun(newest)) return { id, request, stop, ...newest, next: undefined };
  // What lies between them was over before it began: it served nobody.
  const before = await last(id, newest.attempt - 1, hasBegun);
  const counts = mayStillRun(before) || isBefore(newest, before) ? before : newest;
  return { id, request, stop, ...counts, next: counts === before ? newest : undefined };
}

/** The last attempt, from this one backwards, of which something is so; or the first. */
async function last(id: string, number: number, isSo: (records: AttemptRecords) => boolean): Promise<AttemptRecords> {
  const records = await readAttempt(id, number);
  return number <= 1 || isSo(records) ? records : await last(id, number - 1, isSo);
}

/** A command that ended before it asked for a job has left a directory, and no attempt; or is about to ask just now. */
function wasAsked(records: AttemptRecords): boolean {
  return records.asked !== undefined || records.submitted !== undefined || hasBegun(records);
}

function hasBegun({ started, end }: AttemptRecords): boolean {
  return started !== undefined || end !== undefined;
}

/** Whether a follow-on job was over while the one before it still ran. */
function isBefore({ verdict }: AttemptRecords, before: AttemptRecords): boolean {
  const ended = before.verdict?.ended ?? before.end?.ended;
  return verdict !== undefined && ended !== undefined && Date.parse(verdict.ended) < Date.parse(ended);
}

/** Nothing on record says that it is over for good: one that a signal ended may be put back into the queue. */
function mayStillRun({ end, verdict }: AttemptRecords): boolean {
  return !verdict && (!end || end.cause === 'signal');
}

export async function readAttempt(id: string, attempt: number): Promise<AttemptRecords> {
  const files = attemptFiles(id, attempt);
  // Its agent writes on another machine.
  await lookAnew(files.directory);
  const [asked, submitted, started, endpoint, beat, end, verdict] = await Promise.all([
    read('asked', files.asked),
    read('submitted', files.submitted),
    read('started', files.started),
    read('endpoint', files.endpoint),
    // On a full disk it is written over in place: half of one says nothing, and the next one comes soon.
    read('beat', files.beat).catch(() => undefined),
    read('end', files.end),
    read('verdict', files.verdict),
  ]);
  const current = ofThisRun(started);
  return {
    attempt,
    asked,
    submitted,
    started,
    endpoint: current(endpoint),
    beat: current(beat),
    end: notBefore(started, end),
    verdict: notBefore(started, verdict),
  };
}

/** What of an attempt can be read although something of the session is damaged. */
export type LegibleRecords = Pick<AttemptRecords, 'asked' | 'submitted' | 'started' | 'end'>;

/** What can be read of a session whose records are damaged, of each of its attempts. */
export async function readLegible(id: string): Promise<LegibleRecords[]> {
  // A copy of another session's records: what they name is not this one's to end.
  const request = await read('request', sessionFiles(id).request).catch(() => undefined);
  if (request && request.id !== id) return [];
  const newest = await newestAttempt(id).catch(() => 0);
  const numbers = Array.from({ length: Math.min(newest, 100) }, (_, at) => newest - at);
  return await Promise.all(
    numbers.map(async (number) => {
      const files = attemptFiles(id, number);
      const legible = <Name extends keyof Records>(name: Name, file: string) => read(name, file).catch(() => undefined);
      return {
        asked: await legible('asked', files.asked),
        submitted: await legible('submitted', files.submitted),
        started: await legible('started', files.started),
        end: await legible('end', files.end),
      };
    }),
  );
}

/** Passes what the run that started last has written: an earlier one's port may be anybody's by now. */
function ofThisRun(started: StartedRecord | undefined) {
  return <Of extends { restart?: number | undefined }>(written: Of | undefined): Of | undefined =>
    written && (written.restart ?? 0) === (started?.restart ?? 0) ? written : undefined;
}

/** How an earlier run ended says nothing about the one that started last. */
function notBefore<Of extends { restart?: number | undefined }>(
  started: StartedRecord | undefined,
  over: Of | undefined,
): Of | undefined {
  return over && (over.restart ?? 0) >= (started?.restart ?? 0) ? over : undefined;
}

/** What is on record of the run that began last, and of its end, for an agent that comes after it. */
export async function readRuns(id: string, attempt: number) {
  const files = attemptFiles(id, attempt);
  await lookAnew(files.directory);
  const [started, beat, end] = await Promise.all([
    read('started', files.started),
    read('beat', files.beat).catch(() => undefined),
    read('end', files.end),
  ]);
  return { started, beat, end };
}
