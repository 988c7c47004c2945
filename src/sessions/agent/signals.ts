import { readStop } from '../records.ts';
import type { End } from './run.ts';

/** Milliseconds between two looks at `stop.json`, for the case that nobody could signal the agent. */
const lookForStop = 2000;

export interface Signals {
  /** Resolves at the first SIGTERM, SIGINT, SIGHUP or SIGUSR1. */
  readonly first: Promise<void>;
  readonly received: () => NodeJS.Signals | undefined;
}

export function listenForSignals(): Signals {
  let received: NodeJS.Signals | undefined;
  const first = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const) {
      process.on(signal, () => {
        received ??= signal;
        resolve();
      });
    }
  });
  return { first, received: () => received };
}

/** Resolves when the user, or whoever may signal us, wants the end. */
export async function untilStopped(id: string, signals: Signals): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const asked = new Promise<void>((resolve) => {
    timer = setInterval(async () => {
      if (await readStop(id).catch(() => undefined)) resolve();
    }, lookForStop).unref();
  });
  await Promise.race([asked, signals.first]);
  clearInterval(timer);
}

/** How it ends when somebody wants it to; undefined when nobody does. */
export async function whoStopped(id: string, signals: Signals): Promise<End | undefined> {
  const stop = await readStop(id).catch(() => undefined);
  if (stop) return { state: 'ended', cause: 'stop', reason: `It was stopped by ${stop.by}.` };
  const signal = signals.received();
  // What the job's script asks Slurm to send before the time is over (sbatch(1), --signal).
  if (signal === 'SIGUSR1') {
    const reason = 'Its job’s time was almost over, so it was ended while there was time to end its kernels.';
    return { state: 'ended', cause: 'time', reason };
  }
  const reason = `It was told to end (${signal}), by the system or by hand.`;
  return signal && { state: 'ended', cause: 'signal', reason };
}
