export type { EndEvidence, EndExplanation, JobEnd } from './end.ts';
export {
  cancel,
  checkResources,
  explainEnd,
  findJob,
  type QueryOptions,
  query,
  readKeptLimits,
  readLimits,
  type SubmitOptions,
  submit,
} from './engine.ts';
export type {
  CancelAnswer,
  FoundJob,
  JobRequest,
  JobStatus,
  KnownStatus,
  LocalJob,
  SlurmJob,
  SubmittedJob,
} from './job.ts';
export type { Account, Complaint, Known, Limits, NodeShape, Partition, Qos } from './limits.ts';
export { type AccountQuestion, type ChosenAccount, chooseAccount } from './resources/account.ts';
export { changeResources } from './resources/change.ts';
export { type ChosenResources, chooseResources, type Origin, type Usual } from './resources/choose.ts';
export { gpusText, parseTime, slurmMemory, slurmTime } from './resources/quantities.ts';
export {
  type OptionName,
  optionNames,
  readRemembered,
  remember,
  stillCounts,
  type Typed,
} from './resources/remembered.ts';
export { type Gpus, noResources, type Resources } from './resources.ts';
export { jobEnvironment, slurmEnvironment } from './slurm/environment.ts';
export { resourceOptions } from './slurm/options.ts';
