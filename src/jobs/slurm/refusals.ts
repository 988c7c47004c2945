interface Refusal {
  readonly said: RegExp;
  readonly why: string;
  readonly hint: string;
}

const choosePartition = 'Choose another with --partition; sinfo -s lists them.';

/** What sbatch says when it takes no job, and what to change. Each was seen with 22.05; the words are older. */
const refusals: readonly Refusal[] = [
  {
    said: /Invalid account or account\/partition combination/i,
    why: 'you may not use this account, or not in this partition, or you have no account',
    hint: 'Choose another with --account; sacctmgr show assoc user=$USER format=account,partition lists yours.',
  },
  {
    said: /AssocGrpSubmitJobsLimit|AssocMaxSubmitJobLimit/i,
    why: 'your account may have no more jobs waiting or running',
    hint: 'Choose another with --account, or wait until some are over: squeue -u $USER',
  },
  {
    said: /QOS(Max|Grp)SubmitJob\w*Limit/i,
    why: 'this QOS allows you no more jobs waiting or running',
    hint: 'Choose another with --qos, or wait until some are over: squeue -u $USER',
  },
  {
    said: /QOSMaxWallDurationPerJobLimit|AssocMaxWallDurationPerJobLimit/i,
    why: 'it asks for more time than the QOS or account allows',
    hint: 'Ask for less with --time, or choose another with --qos.',
  },
  {
    said: /Invalid qos specification/i,
    why: 'you may not use this QOS',
    hint: 'Choose another with --qos, or leave it out.',
  },
  { said: /invalid partition specified/i, why: 'there is no such partition', hint: choosePartition },
  {
    said: /Requested time limit is invalid/i,
    why: 'it asks for more time than the partition allows',
    hint: 'Ask for less with --time, or choose another with --partition.',
  },
  {
    said: /Memory (specification|required by task)|Requested memory/i,
    why: 'no node of the partition has that much memory',
    hint: 'Ask for less with --mem, or choose another with --partition.',
  },
  {
    said: /Node count specification|More processors requested|Requested node configuration is not available|CPU count (per node )?can ?not be satisfied/i,
    why: 'no node of the partition has what it asks for',
    hint: 'Ask for less with --cpus, --mem or --gpus, or choose another with --partition.',
  },
  {
    said: /Invalid generic resource|Requested GRES|gres.*not available/i,
    why: 'the partition has no such GPUs',
    hint: 'Choose others with --gpus, or another partition with --partition.',
  },
  {
    said: /Invalid feature specification/i,
    why: 'no node has that feature, or kind of GPU',
    hint: 'Leave --constraint out, or name another kind with --gpus; sinfo -o "%P %G %f" lists them.',
  },
  {
    said: /Required partition not available|partition.*(inactive|drain)/i,
    why: 'the partition takes no jobs now',
    hint: choosePartition,
  },
  {
    said: /Requested reservation is invalid|reservation.*(denied|invalid)/i,
    why: 'you may not use this reservation, or there is none',
    hint: 'Leave --reservation out.',
  },
  {
    said: /violates accounting\/QOS policy/i,
    why: 'it asks for more than the account or QOS allows',
    hint: 'Ask for less, or choose another with --account or --qos.',
  },
  {
    said: /Unable to open (batch )?script|Batch script (is|contains)|unable to stat|first line/i,
    why: 'Slurm cannot use its script',
    hint: 'Look at the script: pier session script',
  },
  {
    said: /(unrecognized option|Invalid --|invalid option|Invalid time|invalid.*specification)/i,
    why: 'sbatch does not understand what was asked for',
    hint: 'Check --time, --mem, --cpus and --gpus.',
  },
];

export interface RefusalInWords {
  readonly message: string;
  readonly hint: string | undefined;
}

/**
 * Why sbatch took no job; undefined when its words are none of those that mean that there is surely none.
 *
 * `noise` are beginnings of lines that the site prints at every job; other lines are the site's own words, and are given.
 */
export function refusalIn(stderr: string, noise: readonly string[]): RefusalInWords | undefined {
  const own = linesBut(stderr, noise).join('\n');
  const known = refusals.find(({ said }) => said.test(own));
  return known && { message: `Slurm refused the job: ${known.why}. ${quoted(stderr, noise)}`, hint: known.hint };
}

/** What was said, without what is always said. An error never is: a profile may call all that begins with `sbatch: ` so. */
export function linesBut(stderr: string, noise: readonly string[]): readonly string[] {
  const isNoise = (line: string) => !isError.test(line) && noise.some((start) => line.startsWith(start));
  return stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !isNoise(line));
}

const isError = /^sbatch: (error|fatal): /;

/** A wrapper that traces what it does prints thousands; what went wrong stands at the end. */
const saidLines = 8;

/** What sbatch said at the end, without what it always says. */
export function quoted(stderr: string, noise: readonly string[]): string {
  const lines = linesBut(stderr, noise);
  const errors = lines.filter((line) => isError.test(line));
  const said = (errors.length > 0 ? errors : lines)
    .slice(-saidLines)
    .map((line) => line.replace(isError, ''))
    .join('; ');
  return said === '' ? 'sbatch did not say why.' : `sbatch said: ${said}`;
}
