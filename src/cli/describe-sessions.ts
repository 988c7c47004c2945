import { tilde } from '../files/index.ts';
import type { Session } from '../sessions/index.ts';
import { table, wrap } from './layout.ts';
import { clock, duration } from './times.ts';

/** The sessions as lines for a person; `hidden` more have ended. */
export function describeSessions(sessions: readonly Session[], hidden: number, now = Date.now()): string {
  if (sessions.length === 0) {
    const ended = hidden > 0 ? ` ${hidden} ended: pier session list --all` : ' To start one: pier lab';
    return `No session is running.${ended}`;
  }
  // A machine without a scheduler has no use for these columns.
  const byJobs = sessions.some(({ job }) => job !== null);
  const rows = sessions.map((session) => [
    session.id,
    session.app,
    session.state,
    session.environment.name,
    ...(byJobs ? [session.host ?? '-', leftOf(session, now)] : []),
    clock(session.ended ?? session.ready ?? session.created, now),
    tilde(session.directory),
  ]);
  const headings = ['ID', 'APP', 'STATE', 'ENVIRONMENT', ...(byJobs ? ['NODE', 'LEFT'] : []), 'SINCE', 'DIRECTORY'];
  const remarks = sessions.flatMap((session) => remarksOn(session, now).map((text) => wrap(`${session.id}: ${text}`)));
  return [table(headings, rows), ...remarks].join('\n');
}

function leftOf({ ends }: Session, now: number): string {
  return ends === null ? '-' : duration(Math.max(0, Date.parse(ends) - now));
}

function remarksOn(session: Session, now: number): string[] {
  const why = session.state === 'ready' ? [] : [firstLine(session.reason) + startOf(session, now)];
  const trouble = session.trouble === null ? [] : [session.trouble];
  return [...why, ...trouble, ...(session.next ? [remarkOnNext(session.next)] : [])];
}

/** With its number, where the reason has no command that says it. */
function remarkOnNext({ reason, job }: NonNullable<Session['next']>): string {
  return job !== null && reason.includes(job) ? reason : `${reason}${jobText(job)}`;
}

/** ` Slurm means to start it about 14:05.` */
function startOf({ job }: Session, now: number): string {
  return job?.estimatedStart ? ` Slurm means to start it about ${clock(job.estimatedStart, now)}.` : '';
}

function jobText(number: string | null): string {
  return number === null ? '' : ` (Slurm’s job ${number}.)`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** A session that has been asked for and is not ready yet, and the ways back to it. */
export function describeWaiting(session: Session, now = Date.now()): string {
  const app = session.app === 'lab' ? 'JupyterLab' : 'Jupyter Notebook';
  const state = session.state === 'created' ? 'being submitted' : session.state;
  const job = session.job?.number ? `, Slurm’s job ${session.job.number}` : '';
  return [
    `${app} in ${session.environment.name} is ${state} (session ${session.id}${job}).`,
    wrap(firstLine(session.reason) + startOf(session, now)),
    `Open it when it is ready: pier session open ${session.id}`,
    `Its end: pier session stop ${session.id}`,
  ].join('\n');
}
