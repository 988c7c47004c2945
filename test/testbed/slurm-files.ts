import { clusterName, hostNamed, hostsOf } from './layout.ts';

/**
 * Slurm's settings by file name, for the 22.05 that Debian 12 has (slurm.conf(5), slurmdbd.conf(5)).
 *
 * Times are short where a real site's would keep a test waiting: a dead node is noticed after 10 s, not 300.
 */
export function slurmFiles(): Record<string, string> {
  return {
    'slurm.conf': [...controller, ...accounting, ...nodes(), ...partitions].join('\n').concat('\n'),
    'slurmdbd.conf': `${database.join('\n')}\n`,
    'gres.conf': `${cards().join('\n')}\n`,
    'cgroup.conf': 'CgroupAutomount=no\nCgroupPlugin=cgroup/v1\n',
    'job_submit.lua': jobSubmit,
    'prolog.sh': prolog,
    'task_prolog.sh': taskProlog,
    'epilog.sh': epilog,
  };
}

const controller = [
  `ClusterName=${clusterName}`,
  `SlurmctldHost=ctl(${hostNamed('ctl').cluster})`,
  'SlurmUser=slurm',
  'AuthType=auth/munge',
  'CredType=cred/munge',
  'MpiDefault=none',
  'StateSaveLocation=/var/spool/slurmctld',
  'SlurmdSpoolDir=/var/spool/slurmd',
  'SlurmctldPidFile=/run/slurmctld.pid',
  'SlurmdPidFile=/run/slurmd.pid',
  'SlurmctldLogFile=/var/log/slurm/slurmctld.log',
  'SlurmdLogFile=/var/log/slurm/slurmd.log',
  'SlurmdParameters=config_overrides',
  'ProctrackType=proctrack/linuxproc',
  'TaskPlugin=task/none',
  'JobAcctGatherType=jobacct_gather/linux',
  'JobAcctGatherParams=OverMemoryKill',
  'JobAcctGatherFrequency=2',
  'GresTypes=gpu',
  'SelectType=select/cons_tres',
  'SelectTypeParameters=CR_Core_Memory',
  'SchedulerType=sched/backfill',
  'SchedulerParameters=bf_interval=2,sched_min_interval=0',
  'PriorityType=priority/multifactor',
  'PreemptType=preempt/partition_prio',
  'PreemptMode=REQUEUE',
  'LaunchParameters=use_interactive_step',
  'PrologFlags=Alloc',
  'Prolog=/etc/slurm/prolog.sh',
  'TaskProlog=/etc/slurm/task_prolog.sh',
  'Epilog=/etc/slurm/epilog.sh',
  'JobSubmitPlugins=lua',
  'ReturnToService=2',
  'SlurmdTimeout=10',
  'SlurmctldTimeout=30',
  'MessageTimeout=5',
  'KillWait=3',
  'MinJobAge=60',
  'InactiveLimit=0',
  'BatchStartTimeout=10',
];

const accounting = [
  'AccountingStorageType=accounting_storage/slurmdbd',
  'AccountingStorageHost=ctl',
  'AccountingStorageTRES=gres/gpu,gres/gpu:a100,gres/gpu:v100',
  'AccountingStorageEnforce=associations,limits,qos',
];

function nodes(): string[] {
  return hostsOf('compute').map(({ name, cluster, gpus }) => {
    const size = name.startsWith('bm') ? 'CPUs=32 RealMemory=512000' : 'CPUs=16 RealMemory=64000';
    const kind = gpus
      ? `Feature=gpu,${gpus.type} Gres=gpu:${gpus.type}:${gpus.count}`
      : `Feature=${name.startsWith('bm') ? 'bigmem' : 'caslake'}`;
    return `NodeName=${name} NodeAddr=${cluster} ${size} ${kind} State=UNKNOWN`;
  });
}

/** host.sh makes the device files; gres.conf(5). */
function cards(): string[] {
  return hostsOf('compute').flatMap(({ name, gpus }) =>
    gpus ? [`NodeName=${name} Name=gpu Type=${gpus.type} File=/dev/nvidia[0-${gpus.count - 1}]`] : [],
  );
}

/** Midway's names where it has such a partition; `short`, `preempt`, `maint` and `private` are for the tests. */
const partitions = [
  'PartitionName=DEFAULT DefMemPerCPU=1000 OverSubscribe=NO PreemptMode=OFF PriorityTier=10',
  'PartitionName=caslake Nodes=c1,c2 Default=YES DefaultTime=01:00:00 MaxTime=36:00:00',
  'PartitionName=bigmem Nodes=bm1 DefaultTime=01:00:00 MaxTime=36:00:00',
  'PartitionName=gpu Nodes=g1,g2 DefaultTime=01:00:00 MaxTime=36:00:00',
  'PartitionName=short Nodes=c1,c2 DefaultTime=00:01:00 MaxTime=00:02:00 MaxCPUsPerNode=4',
  'PartitionName=preempt Nodes=c1,c2 DefaultTime=00:10:00 MaxTime=06:00:00 PriorityTier=1 PreemptMode=REQUEUE',
  'PartitionName=maint Nodes=bm1 State=DOWN',
  'PartitionName=private Nodes=bm1 AllowAccounts=pi-grace MaxTime=36:00:00',
];

const database = [
  'AuthType=auth/munge',
  'DbdHost=ctl',
  'SlurmUser=slurm',
  'StorageType=accounting_storage/mysql',
  'StorageHost=localhost',
  'StorageUser=slurm',
  'StoragePass=slurm',
  'StorageLoc=slurm_acct',
  'LogFile=/var/log/slurm/slurmdbd.log',
  'PidFile=/run/slurmdbd.pid',
];

/** What Midway's sbatch prints before the job's number, and a refusal in a site's own words (comment `site-reject`). */
const jobSubmit = `function slurm_job_submit(job, partitions, uid)
  if job.comment == "site-reject" then
    slurm.log_user("Please request an account with --account (site policy)")
    return slurm.ERROR
  end
  if job.comment == "site-again" then
    slurm.log_user("Jobs need a project: check your credentials, give --account and try again.")
    return slurm.ERROR
  end
  slurm.log_user("Verify job submission ...")
  slurm.log_user("Verification: ***PASSED***")
  return slurm.SUCCESS
end

function slurm_job_modify(job, record, partitions, uid)
  return slurm.SUCCESS
end

return slurm.SUCCESS
`;

/** Run by root on each node of a job: a directory of the job's own, as on Midway. */
const prolog = `#!/bin/bash
mkdir -p "/tmp/jobs/$SLURM_JOB_ID"
chown "$SLURM_JOB_USER" "/tmp/jobs/$SLURM_JOB_ID"
chmod 700 "/tmp/jobs/$SLURM_JOB_ID"
`;

/** Run by root on each node when a job is over: its own directory goes with it. */
const epilog = `#!/bin/bash
rm -rf --one-file-system "/tmp/jobs/$SLURM_JOB_ID"
`;

const taskProlog = `#!/bin/bash
echo "export TMPDIR=/tmp/jobs/$SLURM_JOB_ID"
echo "export SLURM_TMPDIR=/tmp/jobs/$SLURM_JOB_ID"
`;
