import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { uid } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { allowanceAt } from './allowance.ts';
import { askFileSystem } from './file-system-quota.ts';
import { areaRemarks } from './rules.ts';

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'pier-quota-')));
  vi.stubEnv('PATH', `${folder}/bin:/usr/bin:/bin`);
  await mkdir(path.join(folder, 'bin'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** A program on PATH that notes what it was asked, and answers as the real one was recorded. */
async function standIn(name: string, answer: string, status = 0): Promise<() => Promise<string>> {
  const [file, asked] = [path.join(folder, 'bin', name), path.join(folder, 'asked')];
  const script = `#!/bin/sh\necho "$@" >'${asked}'\ncat <<'END'\n${answer}\nEND\nexit ${status}\n`;
  await writeFile(file, script, { mode: 0o755 });
  return async () => (await readFile(asked, 'utf8')).trim();
}

const head = '     Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace';

/** The folder, as if it were a file system of its own. */
const mounted = (source: string) => [
  { point: '/', type: 'ext4', source: '/dev/root' },
  { point: folder, type: 'x', source },
];

test('Lustre is asked about its mount point, for the group of the directory', async () => {
  const asked = await standIn('lfs', `Disk quotas for grp rz (gid 0):\n${head}\n ${folder} 100 0 300 - 7 0 9 -`);
  const usage = await askFileSystem('lfs', 'group', path.join(folder, 'not', 'yet'), mounted('10.0.0.1@o2ib:/hebe'));
  expect(usage).toMatchObject({ payer: 'rz', bytes: { used: 102_400, hard: 307_200 }, files: { used: 7, hard: 9 } });
  expect(await asked()).toMatch(new RegExp(`^quota -g \\d+ ${folder}$`));
});

test('of quota’s rows only the one of the directory’s device counts, also where it ends with 1', async () => {
  const rows = ' server:/export/home 10 0 20 0 1 0 2 0\n /dev/other 90* 80 90 0 1 0 2 0';
  const asked = await standIn('quota', `Disk quotas for user ada (uid 1): \n${head}\n${rows}`, 1);
  const usage = await askFileSystem('quota', 'user', folder, mounted('server:/export/home'));
  expect(usage).toMatchObject({ payer: 'ada', fileSystem: 'server:/export/home', bytes: { hard: 20_480 } });
  expect(await asked()).toBe(`-w -p -v -u ${uid()}`);
  expect(await askFileSystem('quota', 'user', folder, mounted('elsewhere:/x'))).toBeNull();
});

test('of several filesets of GPFS with limits nobody can say which pays', async () => {
  const header =
    'mmlsquota::HEADER:version:::filesystemName:name:blockUsage:blockQuota:blockLimit:filesUsage:filesQuota:filesLimit:filesetname:';
  const row = (limit: number, fileset: string) => `mmlsquota::0:1:::fs0:ada:1:0:${limit}:3:0:${limit}:${fileset}:`;
  const asked = await standIn('mmlsquota', [header, row(0, 'root'), row(50, 'lab')].join('\n'));
  expect(await askFileSystem('mmlsquota', 'user', folder, mounted('/dev/fs0'))).toMatchObject({ files: { hard: 50 } });
  expect(await asked()).toBe(`-Y -u ${uid()} fs0`);
  await standIn('mmlsquota', [header, row(40, 'other'), row(50, 'lab')].join('\n'));
  expect(await askFileSystem('mmlsquota', 'user', folder, mounted('/dev/fs0'))).toBeNull();
});

function siteWith(reader: string, area: object): Site {
  const storage = { scratch: { path: folder, owner: 'user', ...area } };
  return { id: 'lab', profile: { storage, quota: { reader, refuse_over: 'hard' } } } as unknown as Site;
}

test('what is left is up to the limit that refuses; without a program, or an answer, nobody knows', async () => {
  expect(await allowanceAt(siteWith('lfs', {}), folder)).toBeNull();
  await standIn('lfs', `Disk quotas for usr ada (uid 1):\n${head}\n /lustre 100 0 300 - 7 0 0 -`);
  expect(await allowanceAt(siteWith('lfs', {}), folder)).toEqual({
    payer: 'ada',
    bytesLeft: 204_800,
    filesLeft: null,
    countedAt: null,
    isOld: false,
  });
  expect(await allowanceAt(siteWith('none', {}), folder)).toBeNull();
  await standIn('lfs', 'lfs quota: not on a mounted Lustre filesystem', 1);
  expect(await allowanceAt(siteWith('lfs', {}), folder)).toBeNull();
});

test('where files are deleted by their age, or nobody knows, it is said before something is put there', () => {
  const of = (area: object) => areaRemarks(siteWith('none', area), path.join(folder, 'envs')).join(' ');
  expect(of({ purge: 'by-age', purge_days: 30 })).toContain(`Files in ${folder} older than 30 days are deleted`);
  expect(of({ purge: null })).toContain('is not known');
  expect(of({ purge: 'job-end' })).toContain('deleted when the job ends');
  expect(of({ environments: false })).toBe(`The profile lab does not want environments in ${folder} (scratch).`);
  expect(of({ purge: 'never' })).toBe('');
  expect(of({})).toBe('');
  expect(areaRemarks(siteWith('none', { purge: null }), '/elsewhere')).toEqual([]);
});
