/** How a job ended, as the scheduler's records say it. */
export interface JobEnd {
  readonly kind:
    | 'completed'
    | 'failed'
    | 'time-limit'
    | 'memory'
    | 'node-failed'
    | 'preempted'
    | 'cancelled'
    | 'never-started';
  /** Slurm's own word, such as `NODE_FAIL`. */
  readonly word: string;
  readonly exitCode: number | null;
  readonly signal: number | null;
  /** Login name of who cancelled it, or null. */
  readonly by: string | null;
  /** Node that it ran on, or null. */
  readonly host: string | null;
  /** ISO 8601, or null. */
  readonly ended: string | null;
}

/** What is known of an end besides the scheduler: what a job's own files say. */
export interface EndEvidence {
  /** Last lines of the job's log. */
  readonly log: string;
  /** Exit status of what the job ran, or null when nobody saw it. */
  readonly exitStatus: number | null;
  /** Its time limit in seconds, if known: for the sentence. */
  readonly seconds: number | null;
  /** Memory it asked for in MiB, if known: for the sentence. */
  readonly memory: number | null;
}

/** One sentence for a person, and what to do about it. */
export interface EndExplanation {
  readonly kind: JobEnd['kind'] | 'quota' | 'import' | 'port' | 'disk-full' | 'lost';
  /** Such as `It reached its time limit of 2 hours and was ended by Slurm.` */
  readonly sentence: string;
  /** The next thing to do; null when there is nothing to mend. */
  readonly advice: string | null;
}
