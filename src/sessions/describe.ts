import type { QueryOptions } from '../jobs/index.ts';
import { asServing, describeFollowOn } from './follow-on.ts';
import type { EndpointRecord } from './record-schemas.ts';
import { readRecords, type SessionRecords } from './records.ts';
import type { Endpoint, Session, SessionJob } from './session.ts';
import { isOver, judge, type Verdict } from './state.ts';
import { jobOf } from './state-slurm.ts';
import { attemptFiles } from './store.ts';

/** One session, as its records, its processes and Slurm tell it now. Errors: `session-unknown`, `record-damaged`, `record-untrusted`. */
export async function readSession(id: string, asking: QueryOptions = {}): Promise<Session> {
  return describe(await readJudged(id, asking));
}

/** What is on record of a session, and what it comes to. */
export interface Judged {
  readonly records: SessionRecords;
  readonly verdict: Verdict;
  /** What has become of a follow-on job; undefined without one. */
  readonly next: Verdict | undefined;
}

/** Milliseconds to wait for Slurm about a follow-on job: the session itself is told without it. */
const enoughForNext = 1500;

/** The records of the attempt that counts, with what they come to: a follow-on job counts once the one before is over. */
export async function readJudged(id: string, asking: QueryOptions = {}): Promise<Judged> {
  const records = await readRecords(id);
  const following = records.next && asServing(records, records.next);
  const patienceMs = Math.min(asking.patienceMs ?? enoughForNext, enoughForNext);
  const [verdict, next] = await Promise.all([
    judge(records, Date.now(), asking),
    following && judge(following, Date.now(), { patienceMs }),
  ]);
  if (!following || !isOver(verdict.state)) return { records, verdict, next };
  // What Slurm said of both is on record now: one that was over before this one ended never served.
  const now = await readRecords(id);
  const counts = now.next && !now.next.verdict ? asServing(now, now.next) : now;
  return { records: counts, verdict: await judge(counts, Date.now(), asking), next: counts.next && next };
}

function describe({ records, verdict, next }: Judged): Session {
  const { id, attempt, request, started, endpoint, end, submitted } = records;
  const { state, reason } = verdict;
  const leader = submitted?.engine === 'local' ? submitted.identity.host : null;
  const over = isOver(state);
  return {
    id,
    app: request.app,
    state,
    reason,
    trouble: verdict.trouble ?? null,
    environment: { name: request.environment.name, prefix: request.environment.prefix },
    on: request.on,
    directory: request.directory,
    host: state === 'queued' ? null : (started?.agent.host ?? verdict.job?.host ?? leader),
    created: request.created,
    ready: state === 'queued' ? null : (endpoint?.ready ?? null),
    ended: over ? (records.verdict?.ended ?? end?.ended ?? null) : null,
    ends: over || state === 'queued' ? null : (verdict.job?.limit ?? records.beat?.ends ?? endOfTime(records)),
    attempt,
    job: describeJob(records, verdict),
    next: next && records.next && !over ? describeFollowOn(id, records.next, next) : null,
    baseUrl: `/s/${id}/`,
    endpoint: state === 'ready' || state === 'ending' ? withoutToken(endpoint?.endpoint) : null,
    log: attemptFiles(id, attempt).log,
  };
}

/** By what the job asked for, until Slurm says it: it counts from a second or two before the agent began. */
function endOfTime({ asked, started }: SessionRecords): string | null {
  const seconds = asked?.resources.seconds ?? null;
  if (seconds === null || !started) return null;
  return new Date(Date.parse(started.started) + seconds * 1000).toISOString();
}

function describeJob(records: SessionRecords, { job }: Verdict): SessionJob | null {
  const { asked } = records;
  if (!asked) return null;
  return {
    number: jobOf(records)?.job ?? job?.number ?? null,
    name: asked.name,
    resources: asked.resources,
    estimatedStart: job?.estimatedStart ?? null,
    asOf: job?.asOf ?? null,
  };
}

/** What may be shown: the token stays in its record. */
function withoutToken(endpoint: EndpointRecord['endpoint'] | undefined): Endpoint | null {
  if (endpoint?.kind !== 'direct') return endpoint ?? null;
  return { kind: 'direct', port: endpoint.port, addresses: endpoint.addresses ?? ['127.0.0.1'] };
}
