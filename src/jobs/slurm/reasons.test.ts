import { expect, test } from 'vitest';
import { pendingReason } from './reasons.ts';

test.each([
  ['Priority', /higher priority/],
  ['Resources', /nodes it needs are busy/],
  ['ReqNodeNotAvail, UnavailableNodes:c[1-2]', /down, or reserved/],
  ['QOSMaxJobsPerUserLimit', /You have as many jobs as the QOS allows/],
  ['QOSMaxCpuPerUserLimit', /Your jobs use as many cores as the QOS allows/],
  ['QOSGrpGRES', /All jobs together use as many GPUs as the QOS allows/],
  ['AssocGrpCpuLimit', /All jobs together use as many cores as your account allows/],
  ['AssocGrpMemLimit', /as much memory as your account allows/],
  ['AssocGrpCPURunMinutesLimit', /Running jobs together/],
  ['MaxCpuPerAccount', /Your account’s jobs use as many cores as the QOS/],
  ['BeginTime', /queued again/],
  ['SomethingNew', /^Slurm says: SomethingNew\.$/],
])('%s only has to wait', (said, reason) => {
  expect(pendingReason(said)).toMatchObject({ reason: expect.stringMatching(reason), change: null });
});

test.each([
  ['PartitionTimeLimit', /more time than its partition/, /--time/],
  ['PartitionDown', /down/, /--partition/],
  ['QOSMaxWallDurationPerJobLimit', /more time than the QOS/, /--time/],
  ['QOSMaxCpuPerJobLimit', /more cores than the QOS allows one job/, /--cpus/],
  ['QOSMaxGRESPerJob', /more GPUs than the QOS/, /--gpus/],
  ['QOSMinGRES', /fewer GPUs than the QOS/, /more with --gpus/],
  ['QOSMinCpuNotSatisfied', /fewer cores than the QOS/, /more with --cpus/],
  ['AssocGrpCPUMinutesLimit', /used up/, /--account/],
  ['AssocMaxWallDurationPerJobLimit', /more time than your account/, /--time/],
  [
    "Job's account not permitted to use this partition (private allows root not pi-test)",
    /account may not/,
    /--account/,
  ],
  ['launch failed requeued held', /holds it/, /start anew/],
  ['DependencyNeverSatisfied', /ended otherwise/, /start anew/],
])('%s will never start as it is', (said, reason, change) => {
  const { reason: told, change: what } = pendingReason(said);
  expect(told).toMatch(reason);
  expect(what).toMatch(change);
});
