import { expect, test } from 'vitest';
import type { Profile } from '../site/index.ts';
import { allowanceIn, areaOf } from './allowance.ts';
import { parseTable } from './rcc-table.ts';

// Rows as rcc-uchicago/user-guide prints them (docs/storage/main.md and the page on ThinLinc), and as of August 2026.
const rule = '---------------- ---------------- ---------- ---------- ---------- --------';
const guide = `${rule}
fileset          type                   used      quota      limit    grace
${rule}
home             blocks (user)         8.77G     30.00G     35.00G     none
                 files  (user)        157865     300000    1000000     none
scratch          blocks (user)       203.13G    100.00G      5.00T  expired
                 files  (user)          1234   10000000   20000000     none
${rule}
>>> Capacity Filesystem: project2 (GPFS)
${rule}
drpepper         blocks (group)        1.20T      1.00T      1.10T  expired
                 files  (group)        10000     384500     385500     none
`;
const thinlinc = guide.replace(/^home {9}/m, 'Midway3 home    ').replace('project2 (GPFS)', 'project (Midway3 GPFS)');
const live = `
Quota information updated at :  2026-08-01 17:32:24
${rule}
Midway3-home     blocks (user)       35.00G*     30.00G     35.00G    6days
Midway3-home     files  (user)        157865     300000    1000000     none
${rule}
>>> Capacity Filesystem: beagle3 (Beagle3 GPFS mounted at /beagle3)
${rule}
drpepper         blocks (group)        1.00G      2.00G      3.00G     none
drpepper         files  (group)            1         10         20     none
${rule}
>>> Capacity Filesystem: project (Midway3 GPFS mounted at /project)
${rule}
drpepper         blocks (group)      100.00G    500.00G    501.00G     none
drpepper         files  (group)        4000*       3000       5000  30 days
`;

const storage = {
  home: { path: '/home/$USER', owner: 'user' },
  project: { path: '/project/$PI', owner: 'group' },
  project2: { path: '/project2/$PI', owner: 'group' },
  scratch: { path: '/scratch/midway3/$USER', owner: 'user' },
  job_tmp: { path: '/tmp', owner: 'job' },
} as unknown as Profile['storage'];

const counted = new Date('2026-08-01T17:32:24').getTime();

function left(text: string, directory: string, limit: 'soft' | 'hard' = 'hard', now = counted) {
  const area = areaOf(storage, directory);
  return area && allowanceIn(parseTable(text), area, limit, now);
}

const gigabyte = 1024 ** 3;

test('what is left is the limit without what is used, by the limit that is asked for', () => {
  expect(left(guide, '/home/ada/x')).toMatchObject({ payer: 'home', filesLeft: 842_135 });
  expect(left(guide, '/home/ada', 'soft')).toMatchObject({ filesLeft: 142_135 });
  expect(left(guide, '/home/ada', 'soft')?.bytesLeft).toBeCloseTo(21.23 * gigabyte, -2);
});

test('over the limit nothing is left, and under the other something is', () => {
  expect(left(guide, '/scratch/midway3/ada', 'soft')).toMatchObject({ bytesLeft: 0 });
  expect(left(guide, '/project2/drpepper/ada/envs')).toMatchObject({
    payer: 'drpepper',
    bytesLeft: 0,
    filesLeft: 375_500,
  });
  expect(left(live, '/project/drpepper', 'soft')).toMatchObject({ filesLeft: 0 });
});

test('names with spaces and dashes, on one row or both, are the same place', () => {
  expect(left(thinlinc, '/home/ada')).toMatchObject({ payer: 'Midway3 home', filesLeft: 842_135 });
  expect(left(live, '/home/ada')).toMatchObject({ payer: 'Midway3-home', filesLeft: 842_135, bytesLeft: 0 });
});

test('a group’s row on another file system does not count', () => {
  expect(left(live, '/project/drpepper/ada')).toMatchObject({ bytesLeft: 401 * gigabyte, filesLeft: 1000 });
  expect(left(guide, '/project/drpepper/ada')).toBeNull();
  expect(left(thinlinc, '/project/drpepper/ada')).toMatchObject({ bytesLeft: 0 });
  expect(left(live, '/project/grace')).toBeNull();
});

test('when it was counted is told, and an old count is called old', () => {
  expect(left(guide, '/home/ada')).toMatchObject({ countedAt: null, isOld: false });
  expect(left(live, '/home/ada')).toMatchObject({ countedAt: new Date(counted).toISOString(), isOld: false });
  expect(left(live, '/home/ada', 'hard', counted + 3_600_000)).toMatchObject({ isOld: true });
});

test('a directory in no area, or in a job’s, has nobody’s quota', () => {
  expect(left(live, '/opt/x')).toBeNull();
  expect(left(live, '/tmp/x')).toBeNull();
  expect(left('quota: command failed\n', '/home/ada')).toBeNull();
});
