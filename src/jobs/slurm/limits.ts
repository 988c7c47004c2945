import type { Known, Limits } from '../limits.ts';
import { readAccounts } from './accounts.ts';
import { readPartitions } from './partitions.ts';
import { readQos } from './qos.ts';

/** See `readLimits` in engine.ts. */
export async function readLimits(): Promise<Limits> {
  const [accounts, partitions, qos] = await Promise.all([readAccounts(), readPartitions(), readQos()]);
  return { accounts: asKnown(accounts), partitions: asKnown(partitions), qos: asKnown(qos) };
}

/** A string says why there is no answer. */
function asKnown<Value extends object>(answer: Value | string): Known<Value> {
  return typeof answer === 'string' ? { known: false, reason: answer } : { known: true, value: answer };
}
