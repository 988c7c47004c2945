import { randomBytes } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import {
  errnoOf,
  identityOf,
  liveness,
  PierError,
  type ProcessIdentity,
  parseIdentity,
  readRecord,
  writeRecordOnce,
} from '../files/index.ts';
import { portalFiles } from './record.ts';

/** The right to be this host's portal. */
export interface Claim extends AsyncDisposable {
  /** Whether it is still ours: takes it again when its file has gone, and gives way when another has it. */
  readonly holds: () => Promise<boolean>;
}

/**
 * Takes the right to be this host's portal, so that of two started at once one serves; undefined when another has it.
 *
 * A claim whose process has ended is moved aside and looked at again: if it was a newer one after all, it is put back.
 * `answers` is asked where the system cannot tell whether a process lives (no `/proc`).
 */
export async function takeClaim(answers: () => Promise<boolean>): Promise<Claim | undefined> {
  const file = portalFiles().claim;
  const mine = identityOf(process.pid);
  for (;;) {
    if (await writeRecordOnce(file, mine)) break;
    const holder = await readHolder(file);
    if (holder && (await isHeld(holder, answers))) return undefined;
    await moveAside(file, holder);
  }
  const isMine = async () => isSame(await readHolder(file), mine);
  return {
    holds: async () => (await isMine()) || (await writeRecordOnce(file, mine)),
    [Symbol.asyncDispose]: async () => {
      if (await isMine()) await rm(file, { force: true });
    },
  };
}

/** The process that has the right to be this host's portal, whether it lives or not. */
export function readClaimHolder(): Promise<ProcessIdentity | undefined> {
  return readHolder(portalFiles().claim);
}

async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return parseIdentity(await readRecord(file));
  } catch (error) {
    // A full disk may leave half a claim. What another user put there is not ours to move.
    if (error instanceof PierError && error.code === 'record-damaged') return undefined;
    throw error;
  }
}

async function isHeld(holder: ProcessIdentity, answers: () => Promise<boolean>): Promise<boolean> {
  const life = liveness(holder);
  return life === 'alive' || (life === 'unknown' && (await answers()));
}

async function moveAside(file: string, stale: ProcessIdentity | undefined): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
    const moved = await readHolder(aside);
    if (moved && !isSame(moved, stale)) await link(aside, file);
  } catch (error) {
    // Somebody else was faster, in either step.
    if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function isSame(one: ProcessIdentity | undefined, other: ProcessIdentity | undefined): boolean {
  return (
    one?.pid === other?.pid && one?.start === other?.start && one?.boot === other?.boot && one?.host === other?.host
  );
}
