import { signalRecorded } from '../../process/index.ts';
import { readTail } from '../log.ts';
import { clearRemains, grace } from '../remains.ts';
import type { End } from './run.ts';
import type { Serving } from './serve.ts';

/** Ends Jupyter, its kernels first: SIGTERM, and SIGKILL when it takes too long. */
export async function endJupyter({ identity, process: { ended } }: Serving): Promise<void> {
  signalRecorded(identity, 'SIGTERM', 'process');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, grace);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
  signalRecorded(identity, 'SIGKILL', 'process');
}

/** Why Jupyter is gone, in plain words, with the end of its log where that is the explanation. */
export async function explainExit(
  exit: { readonly exitCode: number | null; readonly signal: string | null },
  log: string,
): Promise<End> {
  if (exit.exitCode === 0) return { state: 'ended', cause: 'exit', reason: 'It was shut down from within Jupyter.' };
  const how = exit.signal ? `was killed by ${exit.signal}` : `ended with status ${exit.exitCode}`;
  const killed = exit.signal === 'SIGKILL' ? ' A machine that runs out of memory does that.' : '';
  const tail = exit.signal ? '' : `\n${await readTail(log, 12)}`;
  return { state: 'failed', cause: 'exit', reason: `Jupyter ${how}.${killed}${tail}` };
}

/**
 * What the job script does when the agent could not end by itself. `status` is the agent's, as the shell saw it.
 */
export async function cleanUpAfterAgent(id: string, status: number): Promise<void> {
  if (status > 128) await clearRemains(id, `was killed by signal ${status - 128}`, 'signal');
  else await clearRemains(id, `ended with status ${status}`);
}
