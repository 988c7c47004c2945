import { pipeline } from 'node:stream';
import { PierError } from '../../files/index.ts';
import { slurmEnvironment } from '../../jobs/index.ts';
import { type Conversation, converse, join, lastLines } from '../../process/index.ts';
import { fromLines } from '../line-frames.ts';
import { callOver, readToMarker } from '../multiplex.ts';
import type { Destination, Transport } from './transport.ts';

/** Milliseconds in which Slurm must have started the step: a busy controller takes its time. */
const startTakes = 30_000;
const endTakes = 3000;

/**
 * The way through Slurm itself, which needs neither a port nor ssh to the node: one step inside the job, whose standard input
 * and output carry all connections.
 *
 *     srun --jobid=JOB --overlap --nodes=1 --ntasks=1 --relative=0 --mem=0 … node pier.cjs agent ID --relay
 *
 * `--overlap` (20.11 and later) takes no CPU from the job. `--relative=0` is the job's first node, where its script runs.
 * Not `--unbuffered`: that gives the step a terminal for its output, which changes bytes (22.05). Errors: `srun-failed`, `cannot-start`.
 */
export async function openTransport({ id, job, program }: Destination): Promise<Transport> {
  if (!job || !/^\d{1,12}$/.test(job.job)) throw new PierError('srun-failed', 'No job of Slurm’s serves it.');
  const relay = [...program, 'agent', id, '--relay'];
  const step = await converse('srun', [...stepOptions(job), ...relay], { env: slurmEnvironment(), cwd: '/' });
  try {
    await within(startTakes, readToMarker(step.stdout), step);
    const stdout = fromLines();
    pipeline(step.stdout, stdout, () => {});
    const line = callOver(join(stdout, step.stdin));
    return {
      connect: line.connect,
      isOpen: line.isOpen,
      [Symbol.asyncDispose]: async () => {
        line.close();
        await step.end(endTakes);
      },
    };
  } catch (cause) {
    await step.end(endTakes);
    const said = lastLines(step.said(), 3).trim();
    throw new PierError('srun-failed', `srun into job ${job.job}: ${said || (cause as Error).message}`, { cause });
  }
}

function stepOptions(job: NonNullable<Destination['job']>): string[] {
  return [
    `--jobid=${job.job}`,
    ...(job.cluster === null ? [] : [`--clusters=${job.cluster}`]),
    '--overlap',
    '--nodes=1',
    '--ntasks=1',
    '--relative=0',
    // As much as the job has; a step that asks for nothing may get the whole of it and keep others waiting.
    '--mem=0',
    '--cpu-bind=none',
    '--mpi=none',
    '--quiet',
    '--job-name=pier-relay',
    '--chdir=/',
    // Nothing of the login node's environment belongs there but where pier's records are.
    '--export=HOME,USER,LOGNAME,PATH,LANG,XDG_STATE_HOME,XDG_CACHE_HOME,XDG_CONFIG_HOME',
  ];
}

async function within(milliseconds: number, wanted: Promise<void>, step: Conversation): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing within ${milliseconds / 1000} s`)), milliseconds);
  });
  const over = step.ended.then(({ exitCode }) => {
    throw new Error(`it ended with status ${exitCode}`);
  });
  wanted.catch(() => {});
  over.catch(() => {});
  await Promise.race([wanted, late, over]).finally(() => clearTimeout(timer));
}
