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
