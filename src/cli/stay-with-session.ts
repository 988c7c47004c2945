import { PierError } from '../files/index.ts';
import { type Session, stopSession, waitUntilOver, waitUntilReady } from '../sessions/index.ts';
import type { CommandContext } from './command.ts';
import { sessionFailed } from './open-session.ts';

/** Ctrl+C and its like from now on, until disposed. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  readonly name: () => NodeJS.Signals | undefined;
}

export function listenForInterruption(context: CommandContext): Interruption {
  const interrupted = new AbortController();
  let name: NodeJS.Signals | undefined;
  const listening = context.onInterrupt((signal) => {
    name ??= signal;
    interrupted.abort();
  });
  return { signal: interrupted.signal, name: () => name, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}

/** What a submission does when it is interrupted: a terminal that is closed (SIGHUP) leaves the session. */
export function submissionUnder({ signal, name }: Interruption) {
  const stopBy = () => (signal.aborted && name() !== 'SIGHUP' ? whoStops(name()) : undefined);
  return { signal, stopBy };
}

/**
 * Waits until a session is ready, telling why it waits. Ctrl+C stops one that is starting, and asks first whether one that
 * is queued shall stay in the queue: then, or when the terminal is closed, the session comes back as it is.
 *
 * Errors: `session-not-ready`, `interrupted`.
 */
export async function untilReady(
  context: CommandContext,
  { id }: Session,
  interruption: Interruption,
): Promise<Session> {
  const session = await waitUntilReady(id, context.progress, interruption.signal);
  if (session.state === 'ready') return session;
  if (!interruption.signal.aborted) throw await sessionFailed(session);
  const waits = session.job !== null && ['created', 'queued'].includes(session.state);
  if (session.job !== null && interruption.name() === 'SIGHUP') return session;
  if (waits && interruption.name() === 'SIGINT' && context.interactive && !(await wantsCancelled(context))) {
    return session;
  }
  if (waits) context.note(`Taking session ${id} out of the queue …`);
  await stopSession(id, whoStops(interruption.name()));
  throw new PierError('interrupted', `Interrupted; session ${id} has been stopped.`);
}

/**
 * Keeps the terminal with the session, as Jupyter does: Ctrl+C asks whether to stop it, a second one stops it.
 *
 * A terminal that is closed (SIGHUP) leaves it running; with nobody to ask, an interruption stops it.
 */
export async function stayWith(context: CommandContext, { id }: Session): Promise<void> {
  if (context.interactive) context.note('Ctrl+C here asks whether to stop it.');
  const { over, name } = await untilOverOrInterrupted(context, id);
  if (name === undefined) return context.note(`Session ${id} is over. ${over.reason}`);
  if (name === 'SIGHUP') return;
  if (name === 'SIGTERM' || !context.interactive || (await wantsStop(context))) {
    context.note(`Stopping session ${id} …`);
    return context.note((await stopSession(id, whoStops(name))).reason);
  }
  context.note('It keeps running.');
  context.note(`Back to it: pier session open ${id}`);
  context.note(`Its end: pier session stop ${id}`);
}

/** As in `It was stopped by …`. */
function whoStops(name: NodeJS.Signals | undefined): string {
  return name === undefined || name === 'SIGINT' ? 'Ctrl+C' : `a signal to pier (${name})`;
}

async function untilOverOrInterrupted(context: CommandContext, id: string) {
  using interruption = listenForInterruption(context);
  const over = await waitUntilOver(id, interruption.signal);
  return { over, name: interruption.name() };
}

const wantsStop = (context: CommandContext) =>
  confirmed(context, 'Stop this session? Its kernels end with it. (No leaves it running; Ctrl+C again stops it.)');

const wantsCancelled = (context: CommandContext) =>
  confirmed(context, 'Take it out of the queue? (No leaves it there; Ctrl+C again takes it out.)');

async function confirmed(context: CommandContext, question: string): Promise<boolean> {
  try {
    return await context.confirm(question);
  } catch {
    return true;
  }
}
