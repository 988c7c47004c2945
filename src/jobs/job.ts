import type { ProcessIdentity } from '../files/index.ts';
import type { JobEnd } from './end.ts';
import type { Resources } from './resources.ts';

/** What to run: a script that needs no arguments, where, and where its output goes. */
interface Request {
  readonly script: string;
  readonly directory: string;
  readonly log: string;
  /** The whole environment of the job. For Slurm see `jobEnvironment`. */
  readonly env: NodeJS.ProcessEnv;
}

export interface LocalRequest extends Request {
  readonly engine: 'local';
}

export interface SlurmRequest extends Request {
  readonly engine: 'slurm';
  /**
   * The job's name, a token that no other job of the user has or had: what tells it from others, also those that a
   * restarted controller gives the same number. Letters, digits, `.`, `_` and `-`.
   */
  readonly name: string;
  readonly resources: Resources;
  /** Job number that has to be over first (`--dependency=afterany:N`), or null. */
  readonly after: string | null;
  /** Seconds before the time limit at which the script gets SIGUSR1 (`--signal=B:USR1@N`), or null. */
  readonly warn: number | null;
  /** How lines begin that the site mixes into sbatch's answer: the profile's `slurm.submit_noise`. */
  readonly noise: readonly string[];
}

export type JobRequest = LocalRequest | SlurmRequest;

export interface LocalJob {
  readonly engine: 'local';
  /** The process that leads the job's group. */
  readonly identity: ProcessIdentity;
  /** ISO 8601. */
  readonly submitted: string;
}

export interface SlurmJob {
  readonly engine: 'slurm';
  /** Slurm's number, such as `1234`. Numbers are given out twice after a crash: `name` belongs to it. */
  readonly job: string;
  readonly name: string;
  /** As sbatch says it where a site has several (`--parsable` prints `1234;cluster`); mostly null. */
  readonly cluster: string | null;
  /** ISO 8601: when sbatch had answered. */
  readonly submitted: string;
}

/** What is known of a job from its submission on, as it stands in `submitted.json`. */
export type SubmittedJob = LocalJob | SlurmJob;

/**
 * What the engine says of a job.
 *
 * `asOf` (ISO 8601) is when it was so: Slurm is asked for all jobs at once, and not for every question. `running` is not
 * "started": Slurm says it while a node's prolog runs or its daemon hangs, and for minutes of a node that is dead. Only
 * what the script itself writes says that it started.
 */
export type KnownStatus =
  | {
      readonly state: 'queued';
      /** Why it waits, in plain words. */
      readonly reason: string;
      /** What the user has to change, for a job that will never start as it is; else null. */
      readonly change: string | null;
      /** ISO 8601: when Slurm means to start it; null when it does not say. */
      readonly estimatedStart: string | null;
      /** It ran already, and was put back into the queue. */
      readonly requeued: boolean;
      readonly asOf: string;
    }
  | {
      readonly state: 'running';
      /** Null where the engine does not say. */
      readonly host: string | null;
      /** ISO 8601: its time limit; null when it has none, or nobody says. */
      readonly limit: string | null;
      readonly asOf: string;
    }
  /** Its script is over; Slurm cleans up behind it, or its accounting does not know yet how it ended. */
  | { readonly state: 'ending'; readonly reason: string; readonly asOf: string }
  | {
      readonly state: 'gone';
      readonly reason: string;
      /** How Slurm says it ended; null when it does not know the job any more, and for a local job. */
      readonly end: JobEnd | null;
      /** False: how it ended is not known only because accounting does not answer now; ask again later. */
      readonly settled: boolean;
      readonly asOf: string;
    };

/** `unknown` changes nothing: whoever cannot be asked has said nothing. */
export type JobStatus =
  | KnownStatus
  | {
      readonly state: 'unknown';
      readonly reason: string;
      /** ISO 8601: when anything was known last; null: never. */
      readonly asOf: string | null;
      /** What was said then. */
      readonly last: KnownStatus | null;
    };

/** `accepted`: the engine has taken the order, or there was nothing left to end. Else nothing was done, and why. */
export type CancelAnswer = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

/** Whether a job of some name exists, for a submission whose answer was lost. `absent` holds for the moment `asOf` only. */
export type FoundJob =
  | { readonly found: 'job'; readonly job: SlurmJob }
  | { readonly found: 'absent'; readonly asOf: string }
  | { readonly found: 'unknown'; readonly reason: string };
