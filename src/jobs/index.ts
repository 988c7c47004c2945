// `slurm/` will stand beside `local/` with the same names; the record's `engine` chooses between them.
export type { JobRequest, JobStatus, SubmittedJob } from './job.ts';
export { cancel } from './local/cancel.ts';
export { query } from './local/query.ts';
export { submit } from './local/submit.ts';
