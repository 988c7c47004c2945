import { promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from './error.ts';
import { identityOf } from './identity.ts';
import { type LeaseHolder, readLease } from './lease-holder.ts';
import { userName } from './places.ts';
import { cannotWrite, namesIn } from './record.ts';

/** The right to do something alone, until it is given back. */
export interface Lease extends AsyncDisposable {
  /** False once a person had it broken. */
  readonly isOurs: () => Promise<boolean>;
}

export interface LeaseOptions {
  /** Take it whoever has it: only because a person said so, having been told who. */
  readonly breakIt?: boolean;
  /**
   * Milliseconds of silence after which a holder on another host counts as dead. Only for what does no harm when two do
   * it at once; without it, such a holder is never robbed. Holders give a sign of life every 30 seconds.
   */
  readonly staleAfter?: number;
}

/** Milliseconds between signs of life. */
const beat = 30_000;

/** Our own file, before it is the lease: it has the token, the handle that beats, and the file system's time. */
interface Candidate {
  readonly file: string;
  readonly token: string;
  readonly handle: FileHandle;
  readonly size: number;
  readonly now: number;
}

/**
 * Takes the lease that `file` stands for, or says who has it. `doing` is told to those who ask then.
 *
 * Made with link(2), so it holds on shared file systems that have no locks. A holder that died, on this host, is
 * replaced; one that lives, or of whom that cannot be known, is not. Errors: `cannot-write`.
 */
export async function tryLease(
  file: string,
  doing: string,
  options: LeaseOptions = {},
): Promise<{ readonly lease: Lease } | { readonly holder: LeaseHolder }> {
  const mine = await makeCandidate(file, doing);
  let taken = false;
  try {
    for (;;) {
      if (await becomes(mine, file)) break;
      const holder = await readLease(file, mine.now);
      if (!holder) continue;
      if (!options.breakIt && !isOver(holder, options)) return { holder };
      const before = await replace(mine, file, holder, options);
      if (before === 'done') break;
      if (before) return { holder: before };
    }
    taken = true;
    await sweep(file, mine);
    return { lease: leaseOf(file, mine) };
  } finally {
    await promises.unlink(mine.file).catch(() => {});
    if (!taken) await mine.handle.close();
  }
}

function isOver({ state, silence, owner }: LeaseHolder, { staleAfter }: LeaseOptions): boolean {
  return (
    state === 'dead' || (owner !== null && state === 'unknown' && staleAfter !== undefined && silence > staleAfter)
  );
}

async function makeCandidate(file: string, doing: string): Promise<Candidate> {
  const token = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  const own = `${file}.${token}`;
  const job = process.env.SLURM_JOB_ID ?? null;
  const owner = identityOf(process.pid);
  const since = new Date().toISOString();
  const text = `${JSON.stringify({ version: 1, token, owner, user: userName(), job, since, doing })}\n`;
  let handle: FileHandle | undefined;
  try {
    // Readable for others: in a shared environment they are to see who is at it.
    handle = await promises.open(own, 'wx', 0o644);
    await handle.writeFile(text);
    await handle.sync();
    const { mtimeMs } = await handle.stat();
    return { file: own, token, handle, size: Buffer.byteLength(text), now: mtimeMs };
  } catch (error) {
    await handle?.close();
    await promises.unlink(own).catch(() => {});
    throw cannotWrite(own, error);
  }
}

/** link(2). Over NFS it may say that it failed when it did not: the number of links tells (open(2), O_EXCL). */
async function becomes(mine: Candidate, file: string): Promise<boolean> {
  try {
    await promises.link(mine.file, file);
    return true;
  } catch (error) {
    if ((await mine.handle.stat()).nlink === 2) return true;
    if (errnoOf(error) === 'EEXIST') return false;
    throw cannotWrite(file, error);
  }
}

/** Whoever takes one certain lease away, its holder included, first has this: so no two can. */
function rightToTake(file: string, token: string): string {
  return `${file}.${token}.taking`;
}

/**
 * Puts ours in the place of a certain other lease; by rename, so that there is no moment without any.
 *
 * Gives 'done'; who is just doing the same; or undefined when the lease has changed hands meanwhile.
 */
async function replace(
  mine: Candidate,
  file: string,
  { token }: LeaseHolder,
  { staleAfter }: LeaseOptions,
): Promise<'done' | LeaseHolder | undefined> {
  const right = await tryLease(rightToTake(file, token), 'taking over a lease', staleAfter ? { staleAfter } : {});
  if ('holder' in right) return right.holder;
  await using _right = right.lease;
  if ((await readLease(file))?.token !== token) return undefined;
  try {
    await promises.rename(mine.file, file);
    return 'done';
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function leaseOf(file: string, mine: Candidate): Lease {
  const isOurs = async () => (await readLease(file))?.token === mine.token;
  // The same byte again: nothing changes but the time, which is then the file server's own.
  const timer = setInterval(() => mine.handle.write('\n', mine.size - 1).catch(() => {}), beat);
  timer.unref();
  return {
    isOurs,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await mine.handle.close();
      await giveBack(file, mine.token, isOurs);
    },
  };
}

async function giveBack(file: string, token: string, isOurs: () => Promise<boolean>): Promise<void> {
  // The right to take is a lease itself; nobody but its holder takes that away, so it needs no right in turn.
  if (file.endsWith('.taking')) return await promises.unlink(file).catch(() => {});
  // On a full disk the right cannot be had; to keep the lease for that would be worse.
  const right = await tryLease(rightToTake(file, token), 'giving back a lease').catch(() => undefined);
  if (right && 'holder' in right) return;
  if (await isOurs()) await promises.unlink(file).catch(() => {});
  await right?.lease[Symbol.asyncDispose]();
}

/** Killed between making its file and writing it: after an hour nobody is still about to. */
function isTorn({ owner, silence }: LeaseHolder): boolean {
  return owner === null && silence > 3_600_000;
}

/** Deletes what processes that died left beside the lease we now have. */
async function sweep(file: string, mine: Candidate): Promise<void> {
  if (file.endsWith('.taking')) return;
  const [directory, prefix] = [path.dirname(file), `${path.basename(file)}.`];
  const names = (await namesIn(directory).catch(() => [])).filter((name) => name.startsWith(prefix));
  for (const name of names.filter((one) => !one.includes(mine.token))) {
    const left = path.join(directory, name);
    const holder = await readLease(left, mine.now);
    if (holder && (holder.state === 'dead' || isTorn(holder))) await promises.unlink(left).catch(() => {});
  }
}
