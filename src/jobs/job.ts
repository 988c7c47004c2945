import type { ProcessIdentity } from '../files/index.ts';

/** What to run: a script that needs no arguments, where, and where its output goes. */
export interface JobRequest {
  readonly script: string;
  readonly directory: string;
  readonly log: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What is known of a job from its submission on, as it stands in `submitted.json`. */
export interface SubmittedJob {
  readonly engine: 'local';
  /** The process that leads the job's group. */
  readonly identity: ProcessIdentity;
  /** ISO 8601. */
  readonly submitted: string;
}

/** `unknown` changes nothing: whoever cannot be asked has said nothing. */
export type JobStatus =
  | { readonly state: 'running' }
  | { readonly state: 'gone'; readonly reason: string }
  | { readonly state: 'unknown'; readonly reason: string };
