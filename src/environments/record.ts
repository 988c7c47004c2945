import { constants, promises, type Stats, statSync } from 'node:fs';
import { uid, writeRecord } from '../files/index.ts';
import { readSmallFile } from './small-file.ts';
import type { Target } from './target.ts';

/** `<prefix>/.pier/env.json`: what pier knows about an environment that it made. */
export interface EnvironmentRecord {
  readonly version: 1;
  readonly name: string;
  /** Name of the catalogue's list it was made from, or null. */
  readonly from: string | null;
  /** Every requirement asked for, those of the list included, sorted. */
  readonly specs: readonly string[];
  /** null: there is none in it. */
  readonly python: { readonly version: string; readonly base: string } | null;
  /** ISO 8601. */
  readonly created: string;
  /** Files and directories, as counted when it was made. */
  readonly files: number;
  /** Sizes of all files as in lstat(2), not the blocks they take. */
  readonly bytes: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Environment modules by their full names, in the order they are loaded in. */
  readonly modules?: readonly string[];
  /** SHA-256 of the exact list, in hexadecimal: `<prefix>/.pier/pylock.toml`, or `explicit.txt` of a conda one. */
  readonly lock: string;
  readonly backEnd: 'uv' | 'conda';
  /** conda channels by name or address, as they were asked for. */
  readonly channels: readonly string[];
  /** Requirements that uv installed on top of conda's packages. */
  readonly pip: readonly string[];
  /** What made it, such as `uv 0.13.9`. */
  readonly maker: string;
  /** Made by another program, and then given to pier. */
  readonly adopted?: boolean;
  /** The last change that was completed. */
  readonly lastChange?: { readonly id: string; readonly at: string };
  /** SHA-256 of all that was asked for, in hexadecimal. */
  readonly fingerprint?: string;
  /** What it was made for, where that is not the machine that it was made on. */
  readonly target?: Target;
}

/** Bytes; a request for a thousand packages makes a twentieth of it. */
const longestRecord = 1024 * 1024;

function recordFile(prefix: string): string {
  return `${prefix}/.pier/env.json`;
}

/** Whoever may use the environment may read it: it is in the record what its Python needs. */
export async function writeEnvironmentRecord(prefix: string, record: EnvironmentRecord): Promise<void> {
  await writeRecord(recordFile(prefix), record);
  await promises.chmod(recordFile(prefix), 0o644).catch(() => {});
}

/**
 * The record of an environment; undefined when there is none, or none that can be trusted.
 *
 * That is one that somebody else than we, root or the environment's owner could have written, a link, or no JSON of
 * ours. Read without the thread pool, as listing reads one for each environment.
 */
export function readEnvironmentRecord(prefix: string): EnvironmentRecord | undefined {
  return readRecordOf(prefix)?.record;
}

/** The record, and whether we wrote it ourselves. */
export function readRecordOf(prefix: string): { record: EnvironmentRecord; isOurs: boolean } | undefined {
  let isOurs = false;
  const accept = (stats: Stats) => {
    isOurs = stats.uid === uid();
    const known = isOurs || stats.uid === 0 || stats.uid === statSync(prefix, { throwIfNoEntry: false })?.uid;
    return known && (stats.mode & 0o022) === 0 && stats.size < longestRecord;
  };
  const text = readSmallFile(recordFile(prefix), accept, constants.O_NOFOLLOW);
  const record = parse(text);
  return record && { record, isOurs };
}

function parse(text: string | undefined): EnvironmentRecord | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isRecord(value) ? completed(value) : undefined;
  } catch {
    return undefined;
  }
}

// By hand, because listing may load no schema library.
function isRecord(value: unknown): value is EnvironmentRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<Record<keyof EnvironmentRecord, unknown>>;
  return (
    record.version === 1 &&
    [record.name, record.created, record.lock].every((text) => typeof text === 'string') &&
    [record.files, record.bytes].every((count) => Number.isSafeInteger(count)) &&
    (record.from === null || typeof record.from === 'string') &&
    isTexts(record.specs) &&
    isTexts(record.variables) &&
    (record.python === null || isTexts(record.python)) &&
    (record.modules === undefined || Array.isArray(record.modules)) &&
    (record.target === undefined || isTarget(record.target)) &&
    [record.channels, record.pip, record.modules, record.lastChange].every(
      (texts) => texts === undefined || isTexts(texts),
    )
  );
}

/** The first pier knew only uv, and had its version as `uv`. */
function completed(record: EnvironmentRecord & { readonly uv?: unknown }): EnvironmentRecord {
  const { backEnd = 'uv', channels = [], pip = [], maker = `uv ${String(record.uv)}` } = record;
  return { ...record, backEnd, channels, pip, maker };
}

function isTarget(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { partition, cuda } = value as Partial<Record<keyof Target, unknown>>;
  return [partition, cuda].every((text) => text === null || (typeof text === 'string' && text.length < 100));
}

function isTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}
