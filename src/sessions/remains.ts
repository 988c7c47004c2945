import { rm } from 'node:fs/promises';
import { groupMembers, liveness, ownGroup, writeRecordOnce } from '../files/index.ts';
import { signalRecorded } from '../process/index.ts';
import type { EndRecord } from './record-schemas.ts';
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
export async function clearRemains(id: string, why: string, cause: EndRecord['cause'] = 'failed'): Promise<void> {
  const records = await readRecords(id);
  const { attempt, started, submitted, end, stop } = records;
  const leader = started?.agent ?? (submitted?.engine === 'local' ? submitted.identity : undefined);
  if (!leader || liveness(leader) !== 'dead') return;
  await endLeftovers(records);
  if (started) await removeRuntimeDirectory(id, started.runtimeDirectory);
  await rm(attemptFiles(id, attempt).gateKey, { force: true });
  if (end) return;
  const reason = stop ? `It was stopped by ${stop.by}.` : `Its agent ${why}; Jupyter was ended with it.`;
  const record: EndRecord = {
    state: stop ? 'ended' : 'failed',
    reason,
    ended: new Date().toISOString(),
    cause: stop ? 'stop' : cause,
    ...(started?.restart === undefined ? {} : { restart: started.restart }),
  };
  await writeRecordOnce(attemptFiles(id, attempt).end, record);
}

async function endLeftovers({ id, submitted }: SessionRecords): Promise<void> {
  const group = groupOf(submitted);
  if (group === undefined) return;
  const left = () =>
    groupMembers(group, `PIER_SESSION=${id}`).filter(({ pid }) => pid !== group && pid !== process.pid);
  for (const member of left()) signalRecorded(member, 'SIGTERM', 'process');
  const deadline = Date.now() + grace;
  while (left().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const member of left()) signalRecorded(member, 'SIGKILL', 'process');
}

/** The process group of the job, where it can be reached: another node's is Slurm's to end. */
function groupOf(submitted: SessionRecords['submitted']): number | undefined {
  if (submitted?.engine === 'local') {
    return liveness(submitted.identity) === 'unknown' ? undefined : submitted.identity.pid;
  }
  // This is the job itself, cleaning up behind its agent: the shell, the agent and Jupyter are one group.
  return process.env.SLURM_JOB_ID === undefined ? undefined : ownGroup();
}
