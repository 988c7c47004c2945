import path from 'node:path';
import { describeHolder, type LeaseHolder, readLease } from '../files/index.ts';

// Apart from alone.ts, which loads more of Node: every list comes here.

/** Milliseconds of silence after which one elsewhere is not waited for. */
const quiet = 120_000;

/** Where an environment's lease lies: inside, so that it moves along when the environment is renamed or thrown away. */
export function leaseFile(prefix: string): string {
  return path.join(prefix, '.pier', 'lease');
}

/** Who is evidently at work on an environment, for a person; undefined when nobody is. */
export async function whoIsAtWork(prefix: string): Promise<string | undefined> {
  const holder = await readLease(leaseFile(prefix));
  return holder && isAtWork(holder) ? describeHolder(holder) : undefined;
}

/** Whether a holder is evidently at work, so that waiting has a point. */
export function isAtWork({ state, silence, owner }: LeaseHolder): boolean {
  return state === 'alive' || (state === 'unknown' && owner !== null && silence < quiet);
}
