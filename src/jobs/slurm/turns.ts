import path from 'node:path';
import { makePrivateDirectory, PierError, readRecord, tryLease, writeRecord } from '../../files/index.ts';
import { isDue, type Need, patience, pause, recently } from './budget.ts';

// One process asks Slurm, and all others of this user, on every login node, read the answer that it leaves.

/** What is on record of one question. */
export interface Turns<Value> {
  /** When it was asked in the last minute, ISO 8601. */
  readonly recent: readonly string[];
  /** Somebody is asking; or was, and was killed. */
  readonly asking: boolean;
  /** When the question was put that gave `value`; null: there has been no answer yet. */
  readonly taken: string | null;
  readonly value: Value | null;
  /** Why the last question had no answer; null: it had. */
  readonly failure: string | null;
}

export interface Question<Value> {
  /** File name without `.json`. */
  readonly name: string;
  readonly directory: string;
  /** What is on record, checked; undefined when it is none of ours. */
  readonly read: (value: unknown) => Value | undefined;
  /** Asks; `before` is what was known, and `taken` since when. A string says why there is no answer. */
  readonly ask: (before: Value | null, taken: string | null) => Promise<Value | string>;
}

const nothing = { recent: [], asking: false, taken: null, value: null, failure: null };

/** Milliseconds: who asks gives a sign of life every 30 s. Two at once do no harm but to the number of questions. */
const staleAfter = 75_000;

/** One turn for each question in this process, however many want to know. */
const underWay = new Map<string, Promise<void>>();

/** What could not be written, on a disk that is full: this process at least remembers it. */
const unwritten = new Map<string, Turns<unknown>>();

/**
 * What is known, asked anew if need be and if it is not too soon to ask again.
 *
 * Comes back after `patienceMs` at the latest, with what is known then.
 */
export async function known<Value>(
  question: Question<Value>,
  need: (turns: Turns<Value>) => Need,
  patienceMs: number,
): Promise<Turns<Value>> {
  const deadline = Date.now() + patienceMs;
  const file = recordFile(question);
  for (;;) {
    const turns = await readTurns(question);
    const wish = need(turns);
    if (wish === 'no' || Date.now() >= deadline) return turns;
    if (!turns.asking && !isDue(turns.recent, wish)) return turns;
    let turn = underWay.get(file);
    if (!turn) {
      turn = takeTurn(question, need).finally(() => underWay.delete(file));
      underWay.set(file, turn);
    }
    await Promise.race([turn, patience(deadline - Date.now())]);
  }
}

/** Asks, if it is our turn; otherwise waits a moment for whoever asks now. */
async function takeTurn<Value>(question: Question<Value>, need: (turns: Turns<Value>) => Need): Promise<void> {
  const lease = await leaseFor(question);
  if (lease === 'taken') return await pause(250);
  await using _ = lease;
  const before = { ...(await readTurns(question)), asking: false };
  // Who asked before us was killed, or has answered since we looked.
  if (!isDue(before.recent, need(before))) return await write(question, before);
  const began = new Date().toISOString();
  const recent = [...recently(before.recent), began];
  // Written before it is asked: it counts although we may be killed meanwhile.
  await write(question, { ...before, recent, asking: true });
  const answer = await question.ask(before.value, before.taken);
  if (typeof answer === 'string') await write(question, { ...before, recent, failure: answer });
  else await write(question, { recent, asking: false, taken: began, value: answer, failure: null });
}

async function leaseFor<Value>(question: Question<Value>): Promise<AsyncDisposable | 'taken' | undefined> {
  const file = path.join(question.directory, `${question.name}.lease`);
  try {
    await makePrivateDirectory(question.directory);
    const got = await tryLease(file, 'asking Slurm', { staleAfter });
    if ('lease' in got) return got.lease;
    // Stopped by Ctrl+Z, it lives and asks nobody.
    if (got.holder.silence < staleAfter) return 'taken';
    const broken = await tryLease(file, 'asking Slurm', { breakIt: true });
    return 'lease' in broken ? broken.lease : 'taken';
  } catch (error) {
    if (isUnwritable(error)) return undefined;
    throw error;
  }
}

async function write<Value>(question: Question<Value>, turns: Turns<Value>): Promise<void> {
  const file = recordFile(question);
  try {
    await writeRecord(file, { version: 1, ...turns });
    unwritten.delete(file);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    unwritten.set(file, turns);
  }
}

function isUnwritable(error: unknown): boolean {
  return error instanceof PierError && error.code === 'cannot-write';
}

async function readTurns<Value>(question: Question<Value>): Promise<Turns<Value>> {
  const remembered = unwritten.get(recordFile(question)) as Turns<Value> | undefined;
  if (remembered) return remembered;
  const record = await readRecord(recordFile(question)).catch((error) => {
    // It is only a cache: one that is damaged is written anew. One that others can write is not believed.
    if (error instanceof PierError && error.code === 'record-damaged') return undefined;
    throw error;
  });
  return turnsIn(record, question.read);
}

function turnsIn<Value>(record: unknown, readValue: Question<Value>['read']): Turns<Value> {
  const { recent, asking, taken, value, failure } = (record ?? {}) as Record<string, unknown>;
  if (!Array.isArray(recent)) return nothing;
  const read = value === null ? null : readValue(value);
  const times = recent.map(String);
  if (read === undefined) return { ...nothing, recent: times };
  return {
    recent: times,
    asking: asking === true,
    taken: typeof taken === 'string' ? taken : null,
    value: read,
    failure: typeof failure === 'string' ? failure : null,
  };
}

function recordFile<Value>({ directory, name }: Question<Value>): string {
  return path.join(directory, `${name}.json`);
}
