import { liveness, writeRecordOnce } from '../../files/index.ts';
import { signalRecorded } from '../../process/index.ts';
import { readTail } from '../log.ts';
import type { EndRecord } from '../record-schemas.ts';
import { readEndpoint, readStarted, readStop } from '../records.ts';
import { removeRuntimeDirectory } from '../remove-runtime-directory.ts';
import { attemptFiles } from '../store.ts';
import type { Serving } from './serve.ts';

/** Milliseconds that Jupyter has for its kernels; then its group is killed. */
const grace = 8000;

/** Ends Jupyter, its kernels first: SIGTERM, and SIGKILL to its group when it takes too long. */
export async function endJupyter({ identity, process: { ended } }: Serving): Promise<void> {
  signalRecorded(identity, 'SIGTERM', 'process');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, grace);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
  signalRecorded(identity, 'SIGKILL', 'group');
}

/** Why Jupyter is gone, in plain words, with the end of its log where that is the explanation. */
export async function explainExit(
  exit: { readonly exitCode: number | null; readonly signal: string | null },
  log: string,
): Promise<Omit<EndRecord, 'ended'>> {
  if (exit.exitCode === 0) return { state: 'ended', reason: 'It was shut down from within Jupyter.' };
  const how = exit.signal ? `was killed by ${exit.signal}` : `ended with status ${exit.exitCode}`;
  const killed = exit.signal === 'SIGKILL' ? ' A machine that runs out of memory does that.' : '';
  const tail = exit.signal ? '' : `\n${await readTail(log, 12)}`;
  return { state: 'failed', reason: `Jupyter ${how}.${killed}${tail}` };
}

/**
 * What the job script does when the agent could not do it itself: ends a Jupyter that was left, removes the private
 * directory, and writes how it ended. `status` is the agent's exit status as the shell saw it.
 */
export async function cleanUpAfterAgent(id: string, attempt: number, status: number): Promise<void> {
  const [started, endpoint, stop] = await Promise.all([
    readStarted(id, attempt),
    readEndpoint(id, attempt),
    readStop(id),
  ]);
  if (started && liveness(started.agent) === 'alive') return;
  if (endpoint) await endRecorded(endpoint.jupyter);
  if (started) await removeRuntimeDirectory(id, started.runtimeDirectory);
  const how = status > 128 ? `was killed by signal ${status - 128}` : `ended with status ${status}`;
  const reason = stop ? `It was stopped by ${stop.by}.` : `Its agent ${how}; Jupyter was ended with it.`;
  await writeRecordOnce(attemptFiles(id, attempt).end, {
    state: stop ? 'ended' : 'failed',
    reason,
    ended: new Date().toISOString(),
  });
}

async function endRecorded(jupyter: Serving['identity']): Promise<void> {
  signalRecorded(jupyter, 'SIGTERM', 'process');
  const deadline = Date.now() + grace;
  while (liveness(jupyter) === 'alive' && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  signalRecorded(jupyter, 'SIGKILL', 'group');
}
