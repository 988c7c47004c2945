import type { App } from './app.ts';
import type { Claim } from './claim.ts';
import { sweepRedirects } from './redirect.ts';
import type { Sessions } from './sessions.ts';

/** `replaced`: another portal has taken this host over, or our state directory is gone. */
export type Ending = 'idle' | 'signal' | 'replaced';

export interface Lifetime {
  readonly app: App;
  readonly claim: Claim;
  readonly sessions: Sessions;
  /** Milliseconds without a live session and without an open connection, after which it is not needed. */
  readonly idle: number;
  /** The portal's runtime directory. */
  readonly directory: string;
  /** Writes the portal's record again, when it is not there or not ours. */
  readonly publish: () => Promise<void>;
}

/** Milliseconds between looks at who needs the portal. */
const longestTick = 15_000;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Sessions of which something may still be opened; one out of reach is no reason to stay. */
const waitedFor = new Set(['created', 'queued', 'starting', 'ready', 'ending']);

/** Waits until the portal has to end, and says why. */
export async function untilOver(lifetime: Lifetime): Promise<Ending> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await Promise.race([signalled(stop.signal), unneeded(lifetime, stop.signal)]);
  } finally {
    stop.abort();
    for (const signal of signals) process.off(signal, onSignal);
  }
}

function signalled(signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('signal'), { once: true }));
}

async function unneeded(lifetime: Lifetime, signal: AbortSignal): Promise<Ending> {
  let needed = Date.now();
  while (!signal.aborted) {
    await pause(Math.min(longestTick, lifetime.idle / 4), signal);
    if (!(await holdsOn(lifetime))) return 'replaced';
    await sweepRedirects(lifetime.directory);
    if (lifetime.app.connections() > 0 || (await hasLiveSession(lifetime.sessions))) needed = Date.now();
    if (Date.now() - needed >= lifetime.idle) return 'idle';
  }
  return 'signal';
}

async function holdsOn({ claim, publish }: Lifetime): Promise<boolean> {
  try {
    if (!(await claim.holds())) return false;
    await publish();
    return true;
  } catch {
    return false;
  }
}

async function hasLiveSession(sessions: Sessions): Promise<boolean> {
  const all = await sessions.list().catch(() => []);
  return all.some(({ state }) => waitedFor.has(state));
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
