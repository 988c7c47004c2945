import { expect, test } from 'vitest';
import { parseRows, parseScale } from './quota-rows.ts';

// Recorded outputs, as public documents have them; none was seen on a cluster by pier's own tests.
// lfs quota: GSI-HPC lustre accounting (group rz), NIG supercomputer's FAQ (/lustre7), OzSTAR's guide (brackets).
const rz = `Disk quotas for grp rz (gid 1002):
     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
   /lustre/hebe 8183208892  107374182400 161061273600       - 2191882       0       0       -
`;
const nig = `Disk quotas for usr ada (uid 1234):
      Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
        /lustre7 982177580       0 1000000000       - 443208230       0       0       -
uid 1234 is using default file quota setting
`;
const wrapped = `Disk quotas for grp gwas (gid 15417):
     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
/lustre/scratch/project
                 5242880*  4194304 6291456  6d23h   120000  0  1000000       -
`;
const away = nig.replace(' 982177580 ', ' [1041408] ');

const kibibyte = 1024;

test('lfs quota is read: of a user, of a group, over a limit, and on two lines', () => {
  expect(parseRows(rz)).toEqual([
    {
      payer: 'rz',
      fileSystem: '/lustre/hebe',
      bytes: { used: 8183208892 * kibibyte, soft: 107374182400 * kibibyte, hard: 161061273600 * kibibyte },
      files: { used: 2191882, soft: 0, hard: 0 },
    },
  ]);
  expect(parseRows(nig)).toMatchObject([{ payer: 'ada', fileSystem: '/lustre7', files: { used: 443208230, hard: 0 } }]);
  expect(parseRows(wrapped)).toMatchObject([
    { fileSystem: '/lustre/scratch/project', bytes: { used: 5242880 * kibibyte }, files: { hard: 1000000 } },
  ]);
});

test('a figure that is a guess of Lustre’s, and what is no table, are no answer', () => {
  expect(parseRows(away)).toEqual([]);
  expect(parseRows("lfs quota: '/home/ada' not on a mounted Lustre filesystem\n")).toEqual([]);
  expect(parseRows('Disk quotas for user oliver (uid 1000): none\n')).toEqual([]);
});

// quota(1) of the Linux quota tools: its manual for -p and -w, and a cluster's log for the columns without a grace.
test('quota is read with a grace in seconds, in words, or none at all', () => {
  const head =
    'Disk quotas for user ada (uid 6215): \n     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace\n';
  const rows = [
    'server:/export/home 14684160 16777216 20971520       0  163840       0       0       0',
    '          /dev/sda2     20*     10      20   6days       5       0       0        ',
    '          /dev/sdb1     20      10      20               5       0       0        ',
  ];
  expect(
    parseRows(head + rows.join('\n')).map(({ fileSystem, bytes, files }) => [fileSystem, bytes.hard, files.used]),
  ).toEqual([
    ['server:/export/home', 20971520 * kibibyte, 163840],
    ['/dev/sda2', 20 * kibibyte, 5],
    ['/dev/sdb1', 20 * kibibyte, 5],
  ]);
});

// IBM Storage Scale, mmlsquota -Y: fields by their header, as its manual says; rows as third parties' tests have them.
test('mmlsquota is read by the names in its header', () => {
  const header =
    'mmlsquota::HEADER:version:reserved:reserved:filesystemName:quotaType:id:name:blockUsage:blockQuota:blockLimit:blockInDoubt:blockGrace:filesUsage:filesQuota:filesLimit:filesInDoubt:filesGrace:remarks:quota:defQuota:fid:filesetname:';
  const row = 'mmlsquota::0:1:::gpfs01:GRP:500:lab:2097152:10485760:12582912:0:none:4000:0:500000:0:none:e:on:off:::';
  expect(parseScale(`${header}\n${row}\n`)).toEqual([
    {
      payer: 'lab',
      fileSystem: 'gpfs01',
      bytes: { used: 2097152 * kibibyte, soft: 10485760 * kibibyte, hard: 12582912 * kibibyte },
      files: { used: 4000, soft: 0, hard: 500000 },
    },
  ]);
  expect(parseScale(`${row}\n`)).toEqual([]);
  expect(parseScale(`${header}\n${row.replace('2097152', '')}\n`)).toEqual([]);
});
