import { type Liveness, liveness } from '../files/index.ts';
import { query } from '../jobs/index.ts';
import type { SessionRecords } from './records.ts';
import type { Verdict } from './state.ts';

/** Milliseconds: between `request.json` and `submitted.json` lies one command that may have been killed. */
const submissionTakes = 60_000;
/** Milliseconds: three beats of 15 s. */
export const beatsMissed = 45_000;

/** The state of a session without a scheduler: its own processes tell. From another machine the last beat does. */
export async function judgeLocal(records: SessionRecords, now: number): Promise<Verdict> {
  const { request, stop, submitted, started, endpoint } = records;
  const alive = await processes(records);
  if (alive === 'dead') return vanished(records);
  if (alive === 'unknown') return fromAfar(records, now);
  if (!submitted && !started) {
    if (now - Date.parse(request.created) > submissionTakes) {
      return { state: 'failed', reason: 'It was never started: the command that asked for it was interrupted.' };
    }
    return { state: 'created', reason: 'It is about to be started.' };
  }
  if (stop) return { state: 'ending', reason: `It is being stopped by ${stop.by}.` };
  if (endpoint) return { state: 'ready', ...withTrouble(endpoint.note ?? 'Jupyter answers.', records) };
  return { state: 'starting', reason: started ? 'Jupyter is starting.' : 'It is starting.' };
}

/** What the kernel says of the job's leader and the agent; `alive` also while there is nothing to ask about yet. */
async function processes({ submitted, started }: SessionRecords): Promise<Liveness> {
  const agent = started && liveness(started.agent);
  if (agent === 'alive') return 'alive';
  if (!submitted) return agent ?? 'alive';
  const job = await query(submitted);
  if (job.state === 'running') return 'alive';
  return job.state === 'gone' && agent !== 'unknown' ? 'dead' : 'unknown';
}

function vanished({ stop, started }: SessionRecords): Verdict {
  if (stop) return { state: 'ended', reason: `It was stopped by ${stop.by}.` };
  const what = started ? 'Its agent was killed, or the machine was restarted' : 'Its job ended before it began';
  return { state: 'failed', reason: `${what}; nobody was left to say more.` };
}

function fromAfar({ submitted, started, endpoint, beat }: SessionRecords, now: number): Verdict {
  const leader = submitted?.engine === 'local' ? submitted.identity.host : undefined;
  const host = started?.agent.host ?? leader ?? 'another machine';
  const silent = beat ? now - Date.parse(beat.at) : Number.POSITIVE_INFINITY;
  if (endpoint && silent < beatsMissed) return { state: 'ready', reason: `It runs on ${host}.` };
  return { state: 'lost', reason: `It was started on ${host}; from here nothing can be known of it.` };
}

/** A reason with what the agent has to say to the user besides, such as that a disk is full. */
export function withTrouble(reason: string, { beat }: SessionRecords): Pick<Verdict, 'reason' | 'trouble'> {
  return beat?.trouble ? { reason: `${reason} ${beat.trouble}`, trouble: beat.trouble } : { reason };
}
