import path from 'node:path';
import { makePrivateDirectory, readRecord, writeRecord } from '../../files/index.ts';
import type { Known, Limits } from '../limits.ts';
import { readAccounts } from './accounts.ts';
import { answersDirectory } from './cluster.ts';
import { readPartitions } from './partitions.ts';
import { readQos } from './qos.ts';

/** See `readLimits` in engine.ts. */
export async function readLimits(): Promise<Limits> {
  const [accounts, partitions, qos] = await Promise.all([readAccounts(), readPartitions(), readQos()]);
  const limits = { accounts: asKnown(accounts), partitions: asKnown(partitions), qos: asKnown(qos) };
  await keep(limits);
  return limits;
}

/** Milliseconds for which limits count that allow what is asked for. */
const keptFor = 300_000;

/** See `readKeptLimits` in engine.ts. */
export async function readKeptLimits(now = Date.now()): Promise<Limits | undefined> {
  const record = (await readRecord(await keptIn()).catch(() => undefined)) as Kept | undefined;
  const age = record?.version === 1 ? now - Date.parse(record.at) : Number.NaN;
  return age >= 0 && age < keptFor ? record?.limits : undefined;
}

interface Kept {
  readonly version: 1;
  /** ISO 8601. */
  readonly at: string;
  readonly limits: Limits;
}

async function keep(limits: Limits): Promise<void> {
  if (!Object.values(limits).every(({ known }: Known<unknown>) => known)) return;
  const kept: Kept = { version: 1, at: new Date().toISOString(), limits };
  try {
    await makePrivateDirectory(await answersDirectory());
    await writeRecord(await keptIn(), kept);
  } catch {
    // On a full disk they are asked for the next time too.
  }
}

async function keptIn(): Promise<string> {
  return path.join(await answersDirectory(), 'limits.json');
}

/** A string says why there is no answer. */
function asKnown<Value extends object>(answer: Value | string): Known<Value> {
  return typeof answer === 'string' ? { known: false, reason: answer } : { known: true, value: answer };
}
