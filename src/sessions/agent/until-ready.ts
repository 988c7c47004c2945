import { access } from 'node:fs/promises';
import { ask } from '../ask.ts';
import type { End } from './run.ts';
import type { Serving } from './serve.ts';

/** Milliseconds between two questions to a Jupyter that is starting. */
const askEvery = 25;

/**
 * Waits until Jupyter's API answers 200 on the very way the user will take: no log is read, no port probed.
 *
 * Resolves with undefined then, or with how it failed after `timeoutMs`; earlier when nobody waits any more.
 */
export async function untilReady(
  { address, base, proof }: Pick<Serving, 'address' | 'base' | 'proof'>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<End | undefined> {
  const deadline = Date.now() + timeoutMs;
  let last = 'Nothing answered there.';
  while (Date.now() < deadline && !signal.aborted) {
    const answer = await answerOf(address, proof, `${base}api`);
    if (answer?.status === 200) return undefined;
    if (answer) last = `It answered ${answer.status}.`;
    await new Promise((resolve) => setTimeout(resolve, askEvery));
  }
  const seconds = Math.round(timeoutMs / 1000);
  return { state: 'failed', cause: 'failed', reason: `Jupyter was not ready within ${seconds} seconds. ${last}` };
}

/** Asks once the address is surely Jupyter's own; the token must not go to whoever else has the port. */
async function answerOf(address: Serving['address'], proof: string, url: string) {
  if (!(await exists(proof))) return undefined;
  return await ask(address, url, 5000);
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
