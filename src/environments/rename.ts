import { lstat, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, PierError, type Progress, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { activationDirectory } from './activation/files.ts';
import { alone } from './alone.ts';
import { leaseFile } from './at-work.ts';
import { backEndOf } from './back-end.ts';
import { repairIfNeeded } from './change.ts';
import { beginChange, endChange } from './change-journal.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { checkName } from './names.ts';
import { refuseReadOnly } from './read-only.ts';
import { readEnvironmentRecord, writeEnvironmentRecord } from './record.ts';
import { registeredPrefixes, registerRealPath } from './registry.ts';
import type { InUse } from './remove.ts';

export interface RenameRequest {
  readonly name: string;
  readonly to: string;
  readonly breakLock?: boolean;
  readonly inUse?: InUse;
}

/**
 * Gives an environment of ours another name: its directory, and every text in it that has the old place.
 *
 * Killed at any moment it has the old name or the new; with texts still to be rewritten it is `partial`, and the next
 * `pier env install NAME` or `rename` finishes that. Errors: `name-invalid`, `environment-exists`, `environment-in-use`, …
 */
export async function renameEnvironment(site: Site, request: RenameRequest, progress: Progress): Promise<Environment> {
  const { to, breakLock = false } = request;
  const found = await findEnvironment(site, request.name);
  const root = path.dirname(found.prefix);
  checkName(to, root);
  refuseReadOnly(found);
  const target = path.join(root, to);
  await refuseExisting(target);
  const backEnd = await backEndOf(found);
  return await interruptible((signal) =>
    alone(found, { doing: `renaming it to ${to}`, progress, signal, breakLock }, async () => {
      await repairIfNeeded(site, found, backEnd, progress);
      await refuseUsed(found, request.inUse);
      // Before, so that it is ours under the new name from the first moment on.
      if (registeredPrefixes().includes(found.prefix)) registerRealPath(target);
      await beginChange(found.prefix, `renaming it to ${to}`, found.prefix);
      await move(found, target);
      const moved = await readAt(site, target);
      if (!moved) throw new PierError('environment-unknown', `${tilde(target)} is gone.`, { hint: 'pier env list' });
      progress({ step: 'relocate', message: 'Giving scripts their new place' });
      await finishRename(site, moved, found.prefix);
      await endChange(target);
      // The lease went along, and is given back where it was taken.
      await unlink(leaseFile(target)).catch(() => {});
      return (await readAt(site, target)) ?? moved;
    }),
  );
}

/** What comes after the directory has its new name; may be done again. */
export async function finishRename(site: Site, moved: Environment, from: string): Promise<void> {
  const record = readEnvironmentRecord(moved.prefix);
  const name = path.basename(moved.prefix);
  await (await backEndOf(moved)).relocate(site, moved, { prefix: from, name: record?.name ?? path.basename(from) });
  if (record) await writeEnvironmentRecord(moved.prefix, { ...record, name });
  await activationDirectory({ ...moved, name });
}

async function move({ prefix }: Environment, target: string): Promise<void> {
  try {
    await rename(prefix, target);
  } catch (error) {
    await endChange(prefix);
    await refuseExisting(target);
    throw cannotWrite(target, error);
  }
}

async function refuseUsed({ name, prefix }: Environment, inUse?: InUse): Promise<void> {
  const user = await inUse?.(prefix);
  if (!user) return;
  throw new PierError('environment-in-use', `${name} is not renamed: ${user}.`, { hint: 'pier session list' });
}

async function refuseExisting(target: string): Promise<void> {
  if (!(await lstat(target).catch(() => undefined))) return;
  throw new PierError('environment-exists', `There is already ${tilde(target)}.`, { hint: 'Take another name.' });
}
