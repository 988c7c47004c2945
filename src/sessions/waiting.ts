import type { ProgressEvent } from '../files/index.ts';
import type { Session } from './session.ts';

/** What is shown while somebody waits for a session: `Queued 2 min, may start about 14:05: it waits for free nodes`. */
export function waitingEvent({ id, state, reason, job, created }: Session, now = Date.now()): ProgressEvent {
  const [first = ''] = reason.split('\n');
  if (state !== 'queued') return { step: `${state} ${first}`, message: first };
  const minutes = Math.floor((now - Date.parse(created)) / 60_000);
  const since = minutes > 0 ? ` ${minutes} min` : '';
  const start = job?.estimatedStart ? `, may start about ${timeOfDay(job.estimatedStart, now)}` : '';
  // One that is drawn anew says how long; one line for each step says it once.
  return { step: `${id} queued ${first}${start}`, message: `Queued${since}${start}: ${first.replace(/\.$/, '')}` };
}

function timeOfDay(iso: string, now: number): string {
  const time = new Date(iso);
  const text = time.toTimeString().slice(0, 5);
  return time.toDateString() === new Date(now).toDateString() ? text : `${time.toDateString().slice(0, 10)} ${text}`;
}
