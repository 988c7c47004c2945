import { PierError, readRecord, tilde } from '../files/index.ts';
import type {
  BeatRecord,
  EndpointRecord,
  EndRecord,
  RequestRecord,
  StartedRecord,
  StopRecord,
  SubmittedRecord,
} from './record-schemas.ts';
import { attemptFiles, newestAttempt, sessionFiles } from './store.ts';

/** All that is on record of a session and its newest attempt. */
export interface SessionRecords {
  readonly id: string;
  readonly attempt: number;
  readonly request: RequestRecord;
  readonly stop: StopRecord | undefined;
  readonly submitted: SubmittedRecord | undefined;
  readonly started: StartedRecord | undefined;
  readonly endpoint: EndpointRecord | undefined;
  readonly beat: BeatRecord | undefined;
  readonly end: EndRecord | undefined;
}

/** What each file of a session holds; record-schemas.ts says how it is checked. */
interface Records {
  request: RequestRecord;
  submitted: SubmittedRecord;
  started: StartedRecord;
  endpoint: EndpointRecord;
  beat: BeatRecord;
  end: EndRecord;
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
  if (request && request.id === id) return request;
  throw new PierError('session-unknown', `There is no session ${id}.`, { hint: 'pier session list --all' });
}

export async function readStop(id: string): Promise<StopRecord | undefined> {
  return await read('stop', sessionFiles(id).stop);
}

/** Reads everything on record of a session. Errors: `session-unknown`, and those of its records. */
export async function readRecords(id: string): Promise<SessionRecords> {
  const request = await readRequest(id);
  const attempt = await newestAttempt(id);
  const files = attemptFiles(id, attempt);
  const [stop, submitted, started, endpoint, beat, end] = await Promise.all([
    readStop(id),
    read('submitted', files.submitted),
    read('started', files.started),
    read('endpoint', files.endpoint),
    read('beat', files.beat),
    read('end', files.end),
  ]);
  return { id, attempt, request, stop, submitted, started, endpoint, beat, end };
}
