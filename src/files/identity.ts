import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { uid } from './places.ts';

/**
 * One process, for good: a pid alone is handed out again.
 *
 * `start` is field 22 of `/proc/<pid>/stat` (clock ticks since boot, see proc(5)); null where there is no `/proc`.
 */
export interface ProcessIdentity {
  readonly host: string;
  /** `/proc/sys/kernel/random/boot_id`, or an empty string where there is none. */
  readonly boot: string;
  readonly pid: number;
  readonly start: number | null;
  readonly uid: number;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

let boot: string | undefined;

function bootId(): string {
  boot ??= readText('/proc/sys/kernel/random/boot_id').trim();
  return boot;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** State letter and start time from `/proc/<pid>/stat`; undefined when there is no such process. */
function readStat(pid: number): { state: string; start: number } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  // The command's name stands in parentheses and may itself hold any of them: count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const start = Number(fields[19]);
  return state && Number.isFinite(start) ? { state, start } : undefined;
}

/** The identity of a process that is running now. */
export function identityOf(pid: number): ProcessIdentity {
  return { host: hostname(), boot: bootId(), pid, start: readStat(pid)?.start ?? null, uid: uid() };
}

/**
 * Whether the recorded process still runs. A zombie is dead; what another host records is unknown here.
 *
 * Never `kill(pid, 0)`: it says yes to zombies and to whoever has the pid now.
 */
export function liveness(identity: ProcessIdentity): Liveness {
  if (identity.host !== hostname()) return 'unknown';
  if (identity.boot !== bootId()) return 'dead';
  const stat = readStat(identity.pid);
  if (!stat) return bootId() === '' ? 'unknown' : 'dead';
  return stat.state !== 'Z' && stat.state !== 'X' && stat.start === identity.start ? 'alive' : 'dead';
}

/** Reads an identity out of a record; undefined when it is not one. */
export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { host, boot: bootOf, pid, start, uid: owner } = value as Record<string, unknown>;
  if (typeof host !== 'string' || typeof bootOf !== 'string' || typeof owner !== 'number') return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 1) return undefined;
  return { host, boot: bootOf, pid, start: typeof start === 'number' ? start : null, uid: owner };
}

/** The process group that this process is in; undefined where there is no `/proc`. */
export function ownGroup(): number | undefined {
  const text = readText('/proc/self/stat');
  const group = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
  return Number.isSafeInteger(group) && group > 1 ? group : undefined;
}

/**
 * The processes of a process group that carry an environment variable, such as `PIER_SESSION=abc`; ours only.
 *
 * Both are asked for, since a group's number is handed out again too. Empty where there is no `/proc`.
 */
export function groupMembers(group: number, variable: string): ProcessIdentity[] {
  const pids = listDirectory('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).flatMap((pid) => {
    const text = readText(`/proc/${pid}/stat`);
    const [state, , itsGroup] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (Number(itsGroup) !== group || state === 'Z') return [];
    const marked = readText(`/proc/${pid}/environ`).split('\0').includes(variable);
    return marked ? [identityOf(pid)] : [];
  });
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
