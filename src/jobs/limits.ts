/** Something asked of the scheduler: `known: false` when it could not be asked, which says nothing about the answer. */
export type Known<Value> =
  | { readonly known: true; readonly value: Value }
  | { readonly known: false; readonly reason: string };

/** One account that a user may submit with, from `sacctmgr show associations`. */
export interface Account {
  readonly name: string;
  readonly isDefault: boolean;
  /** The partitions that it holds for; empty: all. */
  readonly partitions: readonly string[];
  readonly qos: readonly string[];
  readonly defaultQos: string | null;
  /** Seconds. */
  readonly maxTime: number | null;
  /** Jobs waiting or running that may be had at a time; 0: none may be submitted. */
  readonly maxSubmitted: number | null;
  readonly maxCpus: number | null;
  readonly maxGpus: number | null;
}

/** Nodes of one kind in a partition. */
export interface NodeShape {
  readonly nodes: number;
  /** How many of them take jobs: not down, drained or in maintenance. */
  readonly usable: number;
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  /** GPUs of a node by type; the type is empty where Slurm has none. */
  readonly gpus: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

export interface Partition {
  readonly name: string;
  readonly isDefault: boolean;
  /** Takes and starts jobs. */
  readonly up: boolean;
  /** Slurm's word, such as `UP`, `DOWN`, `DRAIN`, `INACTIVE`. */
  readonly state: string;
  /** Seconds; null: no limit. */
  readonly maxTime: number | null;
  readonly defaultTime: number | null;
  /** Null: any. */
  readonly allowedAccounts: readonly string[] | null;
  readonly deniedAccounts: readonly string[];
  readonly allowedQos: readonly string[] | null;
  readonly deniedQos: readonly string[];
  readonly allowedGroups: readonly string[] | null;
  /** The hosts that may submit to it, in Slurm's notation; null: all. */
  readonly submitFrom: string | null;
  readonly maxCpusPerNode: number | null;
  /** MiB. */
  readonly maxMemoryPerNode: number | null;
  readonly maxMemoryPerCpu: number | null;
  readonly defaultMemoryPerCpu: number | null;
  readonly defaultMemoryPerNode: number | null;
  /** Name of the QOS whose limits hold for every job of it, or null. */
  readonly qos: string | null;
  readonly shapes: readonly NodeShape[];
}

export interface Qos {
  readonly name: string;
  /** Seconds. */
  readonly maxTime: number | null;
  readonly maxCpusPerUser: number | null;
  readonly maxCpusPerJob: number | null;
  readonly maxGpusPerUser: number | null;
  readonly maxGpusPerJob: number | null;
  readonly maxJobsPerUser: number | null;
  readonly maxSubmittedPerUser: number | null;
}

/** What the scheduler allows this user. Each part may be unknown alone: the accounting can be down by itself. */
export interface Limits {
  readonly accounts: Known<readonly Account[]>;
  readonly partitions: Known<readonly Partition[]>;
  readonly qos: Known<readonly Qos[]>;
}

/** A wish that the site would refuse, or never start. */
export interface Complaint {
  readonly option: 'time' | 'mem' | 'cpus' | 'gpus' | 'account' | 'partition' | 'qos' | 'constraint';
  /** Such as `The partition short ends jobs after 2 minutes; you asked for 10.` */
  readonly message: string;
  /** What to type instead, such as `--time 2m or --partition caslake`. */
  readonly change: string;
}
