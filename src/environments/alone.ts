import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeHolder, errnoOf, type LeaseHolder, PierError, type Progress, tryLease } from '../files/index.ts';
import { isAtWork, leaseFile } from './at-work.ts';
import type { Environment } from './environment.ts';

export interface Alone {
  /** In words for others: `installing xarray`. */
  readonly doing: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** A person said so, having been told who has it. */
  readonly breakLock: boolean;
}

/** Milliseconds between looks at whether the other is done. */
const pause = 300;

/**
 * Does something to an environment that nobody else may do meanwhile, also on another login node.
 *
 * Waits for one that is evidently at work. Errors: `environment-busy` with who has it, `environment-unknown` when it was
 * removed meanwhile.
 */
export async function alone<Value>(environment: Environment, how: Alone, work: () => Promise<Value>): Promise<Value> {
  await using _lease = await wait(environment, how);
  return await work();
}

async function wait(environment: Environment, how: Alone): Promise<AsyncDisposable> {
  let told = '';
  for (;;) {
    how.signal.throwIfAborted();
    const got = await attempt(environment, how);
    if ('lease' in got) return got.lease;
    if (!isAtWork(got.holder)) throw busy(environment, got.holder);
    const message = `Waiting for ${describeHolder(got.holder)}`;
    if (message !== told) how.progress({ step: 'wait', message });
    told = message;
    await sleep(pause, undefined, { signal: how.signal }).catch(() => {});
  }
}

async function attempt(environment: Environment, { doing, breakLock }: Alone): ReturnType<typeof tryLease> {
  const file = leaseFile(environment.prefix);
  try {
    await mkdir(path.dirname(file)).catch((error) => {
      if (errnoOf(error) !== 'EEXIST') throw error;
    });
    return await tryLease(file, doing, { breakIt: breakLock });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' && errnoOf((error as Error).cause) !== 'ENOENT') throw error;
    throw new PierError('environment-unknown', `${environment.name} is gone: somebody removed it meanwhile.`, {
      hint: 'pier env list',
      cause: error,
    });
  }
}

function busy({ name }: Environment, holder: LeaseHolder): PierError {
  const minutes = Math.round(holder.silence / 60_000);
  return new PierError(
    'environment-busy',
    `${name} is locked by ${describeHolder(holder)}. Whether that still runs cannot be known from here; its last sign of life was ${minutes} minutes ago.`,
    { hint: 'When you are sure that it is over, add --break-lock.' },
  );
}
