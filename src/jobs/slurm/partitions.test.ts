import { expect, test } from 'vitest';
import { parsePartitions, parseShapes } from './partitions.ts';

// Slurm 22.05.8, the testbed's.
const debian =
  'PartitionName=short AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=NO QoS=N/A DefaultTime=00:01:00 DisableRootJobs=NO ExclusiveUser=NO GraceTime=0 Hidden=NO MaxNodes=UNLIMITED MaxTime=00:02:00 MinNodes=0 LLN=NO MaxCPUsPerNode=4 Nodes=c[1-2] PriorityJobFactor=1 PriorityTier=10 RootOnly=NO ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State=UP TotalCPUs=32 TotalNodes=2 SelectTypeParameters=NONE JobDefaults=(null) DefMemPerCPU=1000 MaxMemPerNode=UNLIMITED TRES=cpu=32,mem=125G,node=2,billing=32\n';

// Slurm 25.11.4, from a public record of giovtorres/slurm-docker-cluster, printed there without --oneliner and joined here.
const newest =
  'PartitionName=gpu AllowGroups=ALL AllowAccounts=ALL AllowQos=ALL AllocNodes=ALL Default=YES QoS=N/A DefaultTime=NONE DisableRootJobs=NO ExclusiveUser=NO ExclusiveTopo=NO GraceTime=0 Hidden=NO MaxNodes=UNLIMITED MaxTime=UNLIMITED MinNodes=0 LLN=NO MaxCPUsPerNode=UNLIMITED MaxCPUsPerSocket=UNLIMITED NodeSets=gpu_nodes Nodes=(null) PriorityJobFactor=1 PriorityTier=1 RootOnly=NO ReqResv=NO OverSubscribe=NO OverTimeLimit=NONE PreemptMode=OFF State=UP TotalCPUs=0 TotalNodes=0 SelectTypeParameters=NONE JobDefaults=(null) DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED\n';

// With DenyAccounts instead of AllowAccounts, and a QOS of its own. Unverified: which version printed it is not on record;
// from a test of snakemake/snakemake-executor-plugin-slurm.
const denying =
  'PartitionName=standard AllowGroups=ALL DenyAccounts=none,ki-topml AllowQos=normal,long AllocNodes=login[1-4] Default=YES QoS=standard DefaultTime=01:00:00 MaxTime=6-00:00:00 MaxCPUsPerNode=UNLIMITED State=DRAIN MaxMemPerCPU=8000\n';

test('what a partition allows, in 22.05', () => {
  expect(parsePartitions(debian, '')).toMatchObject([
    {
      name: 'short',
      isDefault: false,
      up: true,
      maxTime: 120,
      defaultTime: 60,
      allowedAccounts: null,
      submitFrom: null,
      maxCpusPerNode: 4,
      maxMemoryPerNode: null,
      defaultMemoryPerCpu: 1000,
      qos: null,
      shapes: [],
    },
  ]);
});

test('in 25.11, with fields that older ones lack', () => {
  expect(parsePartitions(newest, '')).toMatchObject([
    {
      name: 'gpu',
      isDefault: true,
      up: true,
      maxTime: null,
      defaultTime: null,
      maxCpusPerNode: null,
      allowedQos: null,
    },
  ]);
});

test('with accounts that are denied, and a QOS of the partition', () => {
  expect(parsePartitions(denying, '')).toMatchObject([
    {
      up: false,
      state: 'DRAIN',
      allowedAccounts: null,
      deniedAccounts: ['none', 'ki-topml'],
      allowedQos: ['normal', 'long'],
      submitFrom: 'login[1-4]',
      qos: 'standard',
      maxMemoryPerCpu: 8000,
    },
  ]);
});

// Lines as several versions print them for %R|%T|%D|%c|%m|%G|%f; the GPUs' names are those that NVIDIA's and AMD's
// libraries give (25.11.5 for the last). Unverified but for the first, which is the testbed's.
const nodes = `caslake|idle|2|16|64000|(null)|caslake
gpu|mixed|3|48|190000|gpu:v100:4(S:0-1)|v100,skylake
gpu|drained*|1|48|190000|gpu:v100:4(S:0-1)|v100,skylake
gpu|allocated|1|48+|190000+|gpu:nvidia_a100-sxm4-40gb:4(S:0,1),shard:h100:16|a100
old|idle~|2|8|32000|gpu:4|(null)
amd|idle|2|224|2000000|gpu:amd_instinct_mi300x_oam:8(S:0-1)|mi300x,amd
`;

test('the nodes of a partition by kind, and how many of them can be used', () => {
  expect(parseShapes(nodes, 'gpu')).toEqual([
    { nodes: 4, usable: 3, cpus: 48, memory: 190_000, gpus: { v100: 4 }, features: ['v100', 'skylake'] },
    { nodes: 1, usable: 1, cpus: 48, memory: 190_000, gpus: { 'nvidia_a100-sxm4-40gb': 4 }, features: ['a100'] },
  ]);
  expect(parseShapes(nodes, 'caslake')[0]).toMatchObject({ gpus: {}, features: ['caslake'] });
  expect(parseShapes(nodes, 'old')[0]).toMatchObject({ usable: 2, gpus: { '': 4 }, features: [] });
  expect(parseShapes(nodes, 'amd')[0]?.gpus).toEqual({ amd_instinct_mi300x_oam: 8 });
  expect(parseShapes(nodes, 'nope')).toEqual([]);
});
