/** What a job asks for; null is "as the site has it". */
export interface Resources {
  /** Time limit in seconds; Slurm counts whole minutes and rounds up. */
  readonly seconds: number | null;
  /** MiB for each node. */
  readonly memory: number | null;
  /** Cores, for the one task of the job. */
  readonly cpus: number | null;
  readonly gpus: Gpus | null;
  readonly account: string | null;
  readonly partition: string | null;
  readonly qos: string | null;
  /** Features that the node must have (`--constraint`), as the user wrote them. */
  readonly constraint: string | null;
  readonly reservation: string | null;
}

export interface Gpus {
  readonly count: number;
  readonly type: string | null;
  /** How this partition asks for a type: as part of `--gres`, or as a feature of the node. */
  readonly select: 'gres' | 'constraint';
}

/** Asks for nothing: everything as the site has it. */
export const noResources: Resources = {
  seconds: null,
  memory: null,
  cpus: null,
  gpus: null,
  account: null,
  partition: null,
  qos: null,
  constraint: null,
  reservation: null,
};
