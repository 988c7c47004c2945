import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Liveness,
  liveness,
  namesIn,
  type ProcessIdentity,
  type Progress,
  parseIdentity,
  readRecord,
} from '../files/index.ts';
import { discard, emptyTrash } from './discard.ts';
import { endOrphans } from './orphans.ts';
import { makerOf, ownerFile, type Stage, stagesIn } from './stage.ts';

/** A stage of another pier. */
interface Neighbour {
  readonly id: string;
  /** Undefined when nobody says it is theirs, or who does is no longer to be read. */
  readonly owner: ProcessIdentity | undefined;
  readonly name: string | undefined;
  readonly state: Liveness;
  /** Milliseconds by the file system's clock: when it was announced, and how long its owner has been silent. */
  readonly since: number;
  readonly silence: number;
}

/** Milliseconds of silence after which one on another host is not waited for, and after which it is left over. */
const quiet = 120_000;
const abandoned = 3_600_000;

/** Milliseconds between looks at who else is at work. */
const pause = 500;

/** Deletes what piers that died left behind. One on another host is left alone until it was silent for an hour. */
export async function sweep(stage: Stage, progress: Progress): Promise<void> {
  await emptyTrash(stage.root);
  for (const { id, name, state, silence } of await neighbours(stage)) {
    if (state === 'alive' || (state === 'unknown' && silence < abandoned)) continue;
    progress({ step: 'sweep', message: `Deleting what a pier that died left of ${name ?? id}` });
    await endOrphans(id);
    await discard(stage.root, path.join(stagesIn(stage.root), id));
  }
}

/**
 * Waits while another pier makes an environment of the same name, and takes over when it dies.
 *
 * Who announced itself first goes first. When both go on, no harm is done: only one can publish.
 */
export async function waitForOthers(stage: Stage, progress: Progress, signal: AbortSignal): Promise<void> {
  const name = path.basename(stage.prefix);
  const { mtimeMs: since } = await lstat(ownerFile(stage.directory));
  for (;;) {
    signal.throwIfAborted();
    const others = (await neighbours(stage)).filter((other) => other.name === name && isAtWork(other));
    const first = others.find((other) => other.since < since || (other.since === since && other.id < stage.id));
    if (!first?.owner) return;
    const where = first.state === 'alive' ? `process ${first.owner.pid}` : `on ${first.owner.host}`;
    progress({ step: 'wait', message: `Another pier, ${where}, is making ${name}; waiting for it` });
    await sleep(pause, undefined, { signal }).catch(() => {});
  }
}

function isAtWork({ state, silence }: Neighbour): boolean {
  return state === 'alive' || (state === 'unknown' && silence < quiet);
}

async function neighbours(stage: Stage): Promise<Neighbour[]> {
  const now = await stage.now();
  const ids = (await namesIn(stagesIn(stage.root))).filter((id) => id !== stage.id);
  const found = await Promise.all(ids.map((id) => readNeighbour(path.join(stagesIn(stage.root), id), now)));
  return found.filter((neighbour) => neighbour !== undefined);
}

async function readNeighbour(directory: string, now: number): Promise<Neighbour | undefined> {
  const file = ownerFile(directory);
  const record = (await readRecord(file).catch(() => undefined)) as { owner?: unknown; name?: unknown } | undefined;
  const [stats, announced] = await Promise.all([
    lstat(directory).catch(() => undefined),
    lstat(file).catch(() => undefined),
  ]);
  if (!stats) return undefined;
  // Killed before it could say so, or saying so just now.
  const owner = parseIdentity(record?.owner) ?? makerOf(path.basename(directory));
  return {
    id: path.basename(directory),
    owner,
    name: typeof record?.name === 'string' ? record.name : undefined,
    state: owner ? liveness(owner) : 'unknown',
    since: announced?.mtimeMs ?? stats.mtimeMs,
    silence: now - stats.mtimeMs,
  };
}
