import * as z from 'zod';
import { cudaVersion, hostName, memory, moduleName, name, plain, walltime } from './schema-leaves.ts';

const partitionSchema = z.strictObject({
  nodes: z.int().min(0).describe('Its nodes (not used yet)').exactOptional(),
  cores: z.int().min(1).describe('Cores of a node (not used yet)').exactOptional(),
  memory: z.array(memory).describe('Memory of a node; more than one where nodes differ (not used yet)').exactOptional(),
  gpus: z.int().min(0).describe('GPUs of a node').exactOptional(),
  gpu_types: z
    .record(name, z.int().min(0))
    .describe('Kinds of GPU, and how many nodes have each (these numbers are not used yet)')
    .exactOptional(),
  gpu_select: z.enum(['constraint', 'gres']).describe('How a job asks for a kind of GPU').exactOptional(),
  cuda: z
    .nullable(cudaVersion)
    .describe('Newest CUDA that the driver of its GPUs runs, as nvidia-smi shows it')
    .exactOptional(),
  max_nodes: z.int().min(1).describe('Nodes that a user may have at a time (not used yet)').exactOptional(),
  max_cpus: z.int().min(1).describe('CPUs that a user may have at a time (not used yet)').exactOptional(),
  max_jobs: z.int().min(1).describe('Jobs that a user may have at a time (not used yet)').exactOptional(),
  max_time: walltime
    .describe('Longest time of a job, for Tab to show; the limit that counts is asked of Slurm')
    .exactOptional(),
  submit_from: hostName.describe('The only login host that can submit to it (not used yet)').exactOptional(),
  restricted: z.boolean().describe('Whether only some accounts may use it (not used yet)').exactOptional(),
  qos: z.array(name).describe('The QOS it can be used with (not used yet)').exactOptional(),
});

const qosSchema = z.strictObject({
  cores: z.int().min(1).describe('Cores that a user may have at a time (not used yet)').exactOptional(),
  max_jobs: z.int().min(1).describe('Jobs that a user may have at a time (not used yet)').exactOptional(),
  max_time: walltime.describe('Longest time of a job (not used yet)').exactOptional(),
  charged: z.boolean().describe('Whether jobs cost anything (not used yet)').exactOptional(),
});

export const slurmSchema = z.strictObject({
  version: z.nullable(plain).describe('Such as 20.11.8 (not used yet)'),
  account: z.strictObject({
    pattern: z
      .nullable(plain)
      .describe('How accounts are named, such as `pi-<cnetid>`; so `$PI` is found in the names of groups'),
    required: z.nullable(z.boolean()).describe('Whether a job without an account is refused'),
    list: z
      .nullable(z.enum(['groups', 'sacctmgr']))
      .describe('Which of pier’s ways lists a user’s accounts (not used yet)'),
    balance: z
      .nullable(z.enum(['rcchelp', 'sshare']))
      .describe('Which of pier’s ways reads what is left to spend (not used yet)'),
  }),
  default_partition: z.nullable(name).describe('The partition of a job that names none'),
  default_mem_per_cpu: z
    .nullable(memory)
    .describe('The memory for each CPU of a job that asks for none (not used yet)'),
  partitions: z.record(name, partitionSchema).describe('The partitions, by name'),
  qos: z.record(name, qosSchema).describe('The QOS, by name (not used yet)'),
  submit_noise: z.array(plain).describe('How lines begin that the site’s submit filter mixes into sbatch’s answer'),
  interactive: z.strictObject({
    command: z
      .nullable(z.enum(['sinteractive', 'salloc', 'srun', 'idev']))
      .describe('What starts an interactive job (not used yet)'),
    default_time: z.nullable(walltime).describe('How long that is when no time is given (not used yet)'),
    x11: z.nullable(z.boolean()).describe('Whether it forwards X11 (not used yet)'),
    unload: z.array(moduleName).describe('Modules that break it while they are loaded (not used yet)'),
  }),
  mail_domain: z.nullable(hostName).describe('Where Slurm’s mail may go (not used yet)'),
});
