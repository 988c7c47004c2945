import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateDirectory, places, readRecord, writeRecord } from '../files/index.ts';

/** A file or directory as it was when a person trusted it. */
interface Seen {
  readonly dev: number;
  readonly ino: number;
  readonly uid: number;
}

export interface Trusted {
  /** By path, what was seen; links followed. */
  readonly seen: Readonly<Record<string, Seen>>;
  /** Users whose files in it were told of and agreed to; -1: everyone's. */
  readonly owners: readonly number[];
}

/** One file for each environment, by its real path, so that two piers never write the same one. */
function trustFile(prefix: string): string {
  const name = createHash('sha256').update(prefix).digest('hex').slice(0, 32);
  return path.join(places().state, 'trusted', `${name}.json`);
}

/** Notes that a person trusts what is now at these places of an environment, and these users with what is in it. */
export async function writeTrust(prefix: string, at: readonly string[], owners: readonly number[]): Promise<void> {
  const seen = await Promise.all(at.map(async (place) => [place, await look(place)] as const));
  const kept = seen.flatMap(([place, one]) => (one ? [[place, one] as const] : []));
  await makePrivateDirectory(path.dirname(trustFile(prefix)));
  await writeRecord(trustFile(prefix), { version: 1, prefix, seen: Object.fromEntries(kept), owners });
}

/** What was trusted of an environment; undefined when nothing was. */
export async function readTrust(prefix: string): Promise<Trusted | undefined> {
  const value = (await readRecord(trustFile(prefix)).catch(() => undefined)) as
    | { prefix?: unknown; seen?: unknown; owners?: unknown }
    | undefined;
  if (value?.prefix !== prefix || typeof value.seen !== 'object' || value.seen === null) return undefined;
  const seen = value.seen as Trusted['seen'];
  const owners = Array.isArray(value.owners) ? value.owners : Object.values(seen).map((one) => one.uid);
  return { seen, owners };
}

/** Takes trust back; false when there was none. */
export async function dropTrust(prefix: string): Promise<boolean> {
  const had = (await readTrust(prefix)) !== undefined;
  await rm(trustFile(prefix), { force: true });
  return had;
}

/** Whether a place is still what a person trusted: the same directory or file, of the same owner. */
export async function isAsTrusted(trusted: Trusted | undefined, place: string): Promise<boolean> {
  const [then, now] = [trusted?.seen[place], await look(place)];
  return (
    then !== undefined && now !== undefined && then.dev === now.dev && then.ino === now.ino && then.uid === now.uid
  );
}

async function look(place: string): Promise<Seen | undefined> {
  const stats = await stat(place).catch(() => undefined);
  return stats && { dev: stats.dev, ino: stats.ino, uid: stats.uid };
}
