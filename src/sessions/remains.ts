import { groupMembers, liveness, writeRecordOnce } from '../files/index.ts';
import { signalRecorded } from '../process/index.ts';
import { readRecords, type SessionRecords } from './records.ts';
import { removeRuntimeDirectory } from './remove-runtime-directory.ts';
import { attemptFiles } from './store.ts';

/** Milliseconds that Jupyter has for its kernels; then it is killed. */
export const grace = 8000;

/** Every process of a session carries it, so that what is left of one can be told from everything else. */
export function sessionVariable(id: string): { readonly PIER_SESSION: string } {
  return { PIER_SESSION: id };
}

/**
 * Clears away what outlived its agent: a Jupyter that was left, the private directory; and says how it ended if nobody
 * did. Does nothing while the agent lives, or where it ran on another machine.
 *
 * `why` completes `Its agent …`.
 */
export async function clearRemains(id: string, why: string): Promise<void> {
  const records = await readRecords(id);
  const { attempt, started, submitted, end, stop } = records;
  const leader = started?.agent ?? submitted?.identity;
  if (!leader || liveness(leader) !== 'dead') return;
  await endLeftovers(records);
  if (started) await removeRuntimeDirectory(id, started.runtimeDirectory);
  if (end) return;
  const reason = stop ? `It was stopped by ${stop.by}.` : `Its agent ${why}; Jupyter was ended with it.`;
  await writeRecordOnce(attemptFiles(id, attempt).end, {
    state: stop ? 'ended' : 'failed',
    reason,
    ended: new Date().toISOString(),
  });
}

async function endLeftovers({ id, submitted }: SessionRecords): Promise<void> {
  if (!submitted || liveness(submitted.identity) === 'unknown') return;
  const group = submitted.identity.pid;
  const left = () =>
    groupMembers(group, `PIER_SESSION=${id}`).filter(({ pid }) => pid !== group && pid !== process.pid);
  for (const member of left()) signalRecorded(member, 'SIGTERM', 'process');
  const deadline = Date.now() + grace;
  while (left().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const member of left()) signalRecorded(member, 'SIGKILL', 'process');
}
