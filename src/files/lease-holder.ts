// Of node:fs, which loads its promises when they are first used; and so record.ts, which says why.
import { constants, promises } from 'node:fs';
import { hostname } from 'node:os';
import { type Liveness, liveness, type ProcessIdentity, parseIdentity } from './identity.ts';
import { uid } from './places.ts';

/** Who holds a lease. All but `state` and `silence` is what the file says: data, perhaps of another user. */
export interface LeaseHolder {
  /** Null when the file cannot be read, or is no lease of pier's. */
  readonly owner: ProcessIdentity | null;
  readonly user: string | null;
  /** Number of the Slurm job it runs in, or null. */
  readonly job: string | null;
  /** ISO 8601, by its own clock. */
  readonly since: string | null;
  /** In its own words: `installing xarray`. */
  readonly doing: string;
  readonly state: Liveness;
  /** Milliseconds since its last sign of life. */
  readonly silence: number;
  /** What tells this lease from every other; safe in a file's name. */
  readonly token: string;
}

/** Bytes; a lease of pier's has some hundred. */
const longest = 8192;

/**
 * Reads who holds a lease; undefined when there is none.
 *
 * `now` is the time by the file system's clock, in milliseconds. Follows no link and waits on no FIFO; whatever cannot
 * be read is a holder of whom nothing is known.
 */
export async function readLease(file: string, now = Date.now()): Promise<LeaseHolder | undefined> {
  const handle = await promises
    .open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    .catch((error) => (error.code === 'ENOENT' || error.code === 'ENOTDIR' ? undefined : null));
  if (handle === undefined) return undefined;
  if (handle === null) return unreadable(0, 0);
  try {
    const stats = await handle.stat();
    const silence = Math.max(0, now - stats.mtimeMs);
    if (!stats.isFile() || stats.size > longest) return unreadable(stats.ino, silence);
    const holder = parse(await handle.readFile('utf8'), stats.uid);
    return holder ? { ...holder, silence } : unreadable(stats.ino, silence);
  } catch {
    return unreadable(0, 0);
  } finally {
    await handle.close();
  }
}

function unreadable(inode: number, silence: number): LeaseHolder {
  const nothing = { owner: null, user: null, job: null, since: null };
  return { ...nothing, doing: 'unknown', state: 'unknown', silence, token: `unreadable${inode}` };
}

function parse(text: string, owns: number): Omit<LeaseHolder, 'silence'> | undefined {
  const value = objectIn(text);
  const owner = parseIdentity(value.owner) ?? null;
  const { token, doing } = value;
  if (!owner || typeof token !== 'string' || !/^[a-z0-9]{6,40}$/.test(token)) return undefined;
  return {
    owner,
    user: textOf(value.user),
    job: textOf(value.job),
    since: textOf(value.since),
    doing: typeof doing === 'string' ? doing : 'unknown',
    state: stateOf(owner, owns),
    token,
  };
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/**
 * Of another user's process only "alive" is believed: with `hidepid`, /proc shows none of theirs.
 *
 * A file that one user owns and that names another's process says nothing about either.
 */
function stateOf(owner: ProcessIdentity, owns: number): Liveness {
  if (owner.uid !== owns) return 'unknown';
  const state = liveness(owner);
  return state === 'dead' && owns !== uid() ? 'unknown' : state;
}

/** `process 4711 of ada, in job 812, since 2026-11-23 07:31: installing xarray`, for a message. */
export function describeHolder({ owner, user, job, since, doing }: LeaseHolder): string {
  if (!owner) return 'somebody of whom nothing can be read';
  const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
  const whose = user ? ` of ${user}` : '';
  const when = since ? `, since ${since.slice(0, 16).replace('T', ' ')} UTC` : '';
  return `process ${owner.pid}${whose}${where}${job ? `, in job ${job}` : ''}${when}: ${doing}`;
}
