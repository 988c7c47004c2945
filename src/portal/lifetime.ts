import { setTimeout as wait } from 'node:timers/promises';
import type { App } from './app.ts';
import type { Claim } from './claim.ts';
import { sweepRedirects } from './redirect.ts';
import { readOrMakeSecret } from './secret.ts';
import type { Sessions } from './sessions.ts';

/** `replaced`: another portal has taken this host over, or there is a new secret. */
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
  /** What all cookies are made with. */
  readonly secret: Buffer;
}

/** Milliseconds between looks at who needs the portal. */
const longestTick = 15_000;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Sessions of which something may still be opened; one out of reach is no reason to stay. */
const waitedFor = new Set(['created', 'queued', 'starting', 'ready', 'ending']);

/** Turns the signals that end a program into one that can be waited for, until disposed of. */
export function catchSignals(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

/** Waits until the portal has to end, and says why. */
export async function untilOver(lifetime: Lifetime, signal: AbortSignal): Promise<Ending> {
  let needed = Date.now();
  for (;;) {
    await pause(Math.min(longestTick, lifetime.idle / 4), signal);
    if (signal.aborted) return 'signal';
    if (!(await holdsOn(lifetime))) return 'replaced';
    await sweepRedirects(lifetime.directory);
    if (lifetime.app.connections() > 0 || (await hasLiveSession(lifetime.sessions))) needed = Date.now();
    if (Date.now() - needed >= lifetime.idle) return 'idle';
  }
}

/** A new secret is how a person signs every browser out: a portal that still has the old one must go. */
async function holdsOn({ claim, publish, secret }: Lifetime): Promise<boolean> {
  try {
    if (!(await claim.holds()) || !(await readOrMakeSecret()).equals(secret)) return false;
    await publish();
    return true;
  } catch {
    // A full disk or a file server that is away for a moment is no reason to drop everybody's connections.
    return true;
  }
}

async function hasLiveSession(sessions: Sessions): Promise<boolean> {
  const all = await sessions.list().catch(() => []);
  return all.some(({ state }) => waitedFor.has(state));
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => {});
}
