import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, namesIn, readRecord, writeRecord } from '../files/index.ts';
import { changeDirectory, isChanging } from './change-state.ts';
import { deleteTree } from './discard.ts';

/** A change that has begun and not ended, as `<prefix>/.pier/change/` says. */
export interface BegunChange {
  /** Random; what the record has as its last change once the change is complete. Null: killed while it began. */
  readonly id: string | null;
  readonly doing: string;
  /** ISO 8601. */
  readonly since: string | null;
  /** For a change of name: the prefix it had before. */
  readonly from: string | null;
}

/** Begins a change; from now until `endChange` the environment counts as `partial`. Error: `cannot-write`. */
export async function beginChange(prefix: string, doing: string, from?: string): Promise<string> {
  await clearEnded(prefix);
  const directory = changeDirectory(prefix);
  const id = `change-${Math.random().toString(36).slice(2)}`;
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  const since = new Date().toISOString();
  try {
    await writeRecord(path.join(directory, 'change.json'), { version: 1, id, doing, since, from: from ?? null });
  } catch (error) {
    // Nothing was touched: an environment that is whole must not count as partial because a disk is full.
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return id;
}

/** What was begun; undefined when nothing was. A record that cannot be read is one that was never finished. */
export async function readChange(prefix: string): Promise<BegunChange | undefined> {
  if (!isChanging(prefix)) return undefined;
  const value = await readRecord(path.join(changeDirectory(prefix), 'change.json')).catch(() => undefined);
  const { id, doing, since, from } = (value ?? {}) as Record<string, unknown>;
  return {
    id: typeof id === 'string' && /^change-[a-z0-9]+$/.test(id) ? id : null,
    doing: typeof doing === 'string' ? doing : 'a change',
    since: typeof since === 'string' ? since : null,
    from: typeof from === 'string' && path.isAbsolute(from) ? from : null,
  };
}

/** Ends a change at once, by rename; what it kept is deleted after that. */
export async function endChange(prefix: string): Promise<void> {
  const away = path.join(prefix, '.pier', `.ended-${Math.random().toString(36).slice(2)}`);
  try {
    await rename(changeDirectory(prefix), away);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw cannotWrite(changeDirectory(prefix), error);
  }
  await clearEnded(prefix);
}

async function clearEnded(prefix: string): Promise<void> {
  const place = path.join(prefix, '.pier');
  const ended = (await namesIn(place)).filter((name) => name.startsWith('.ended-'));
  for (const name of ended) await deleteTree(path.join(place, name));
}
