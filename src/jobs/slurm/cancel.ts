import { uid } from '../../files/index.ts';
import type { CancelAnswer, SlurmJob } from '../job.ts';
import { ask } from './ask.ts';
import { clusterHere } from './cluster.ts';

/** Milliseconds: scancel waits for the site's MessageTimeout, and tries more than once. */
const timeLimit = 60_000;

/**
 * `scancel --user=UID --name=NAME 1234`: only the job of that number that has our name too, since numbers are given out
 * again. One that is over, or was never there, is no error to scancel, nor to us.
 */
export async function cancel({ job, name, cluster }: SlurmJob): Promise<CancelAnswer> {
  const here = await clusterHere();
  if (cluster !== null && here !== null && cluster !== here) {
    return { accepted: false, reason: `It runs on the cluster ${cluster}, and from here only ${here} can be told.` };
  }
  const answer = await ask('scancel', [`--user=${uid()}`, `--name=${name}`, job], timeLimit);
  if (answer.answered || /Invalid job id specified|already completing or completed/i.test(answer.reason)) {
    return { accepted: true };
  }
  return { accepted: false, reason: `${answer.reason}.` };
}
