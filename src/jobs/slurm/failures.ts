/** What Slurm's programs print when nobody answered them, and what that is in plain words. Seen with 22.05. */
const silences: readonly (readonly [RegExp, string])[] = [
  [
    /slurm_persist_conn_open|Problem talking to the database|SlurmDBD|slurmdbd/i,
    'Slurm’s accounting (slurmdbd) does not answer',
  ],
  [
    /authentication|munge|credential/i,
    'munge, by which this host and Slurm’s controller trust each other, does not work',
  ],
  [/Socket timed out|timed out/i, 'Slurm’s controller (slurmctld) does not answer'],
  [
    /Unable to contact slurm controller|connect failure|Connection refused|Unable to establish contr/i,
    'Slurm’s controller (slurmctld) cannot be reached',
  ],
  [/backup controller|standby/i, 'Slurm’s controller is changing over to its backup'],
  [
    /temporarily unable to accept job|Resource temporarily unavailable|try again/i,
    'Slurm’s controller is too busy to answer',
  ],
  [
    /Zero Bytes were transmitted|Unexpected message|Transport endpoint|Connection reset|Broken pipe|No route to host|Network is unreachable|Communication connection failure/i,
    'the connection to Slurm’s controller broke',
  ],
];

/** Why nobody answered, if that is what the program says; undefined for anything else, such as a refusal. */
export function silenceIn(stderr: string): string | undefined {
  return silences.find(([pattern]) => pattern.test(stderr))?.[1];
}

/** How sbatch tells why it gives up; `%m` of Slurm's own errors follows. */
const givesUp = /^sbatch: error: Batch job submission failed: /;

/** What sbatch says on the way there, of the connection, of munge and of a controller that has no time. */
const ownLines =
  /^sbatch: (?:error: |fatal: )?(?:Munge |If munged |slurm_\w+: |auth_g_\w+: |auth\/\w+: |Protocol authentication error|Unable to (?:contact|establish) |Socket timed out |Zero Bytes |Slurm temporarily unable |Slurm job queue full)/;

/**
 * The same of what sbatch prints, among which a site's own words may stand: "give --account and try again", or "your
 * credentials expire" is no silence. So only what Slurm itself says counts, and of that the end, if it came to one.
 */
export function silenceOfSbatch(lines: readonly string[]): string | undefined {
  const end = lines.filter((line) => givesUp.test(line)).at(-1);
  return silenceIn(end ?? lines.filter((line) => ownLines.test(line)).join('\n'));
}
