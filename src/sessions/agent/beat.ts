import { writeRecord } from '../../files/index.ts';
import { type Address, ask } from '../ask.ts';

/** Asks Jupyter how it is and records the answer; a beat that fails is no event, the next one may not. */
export async function beat(file: string, address: Address, base: string): Promise<void> {
  try {
    const answer = await ask(address, `${base}api/status`, 10_000);
    if (answer?.status !== 200) return;
    const { kernels, connections, last_activity } = JSON.parse(answer.body);
    await writeRecord(file, {
      at: new Date().toISOString(),
      kernels,
      connections,
      lastActivity: last_activity ?? null,
    });
  } catch {
    // a full disk or half an answer: the session itself is none the worse
  }
}
