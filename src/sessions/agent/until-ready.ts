import type { Address } from '../ask.ts';
import { ask } from '../ask.ts';
import type { EndRecord } from '../record-schemas.ts';

/** Milliseconds between two questions to a Jupyter that is starting. */
const askEvery = 100;

/**
 * Waits until Jupyter's API answers 200 on the very way the user will take: no log is read, no port probed.
 *
 * Resolves with undefined then, or with how it failed after `timeoutMs`.
 */
export async function untilReady(
  address: Address,
  base: string,
  timeoutMs: number,
): Promise<Omit<EndRecord, 'ended'> | undefined> {
  const deadline = Date.now() + timeoutMs;
  let last = 'Nothing answered there.';
  while (Date.now() < deadline) {
    const answer = await ask(address, `${base}api`, 5000);
    if (answer?.status === 200) return undefined;
    if (answer) last = `It answered ${answer.status}.`;
    await new Promise((resolve) => setTimeout(resolve, askEvery));
  }
  const seconds = Math.round(timeoutMs / 1000);
  return { state: 'failed', reason: `Jupyter was not ready within ${seconds} seconds. ${last}` };
}
