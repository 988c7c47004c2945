import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { identityOf, writeRecord } from '../files/index.ts';
import { noResources } from '../jobs/index.ts';
import type { Site } from '../site/index.ts';
import type { RequestRecord } from './record-schemas.ts';
import {
  attemptFiles,
  makeSessionDirectory,
  removeAttemptDirectory,
  removeEmptyAttempt,
  sessionFiles,
} from './store.ts';
import { submitAttempt } from './submit-attempt.ts';

let box: Sandbox;
let id: string;
let taken: string;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  id = await makeSessionDirectory();
  taken = path.join(box.directory, 'taken');
  // Says what sbatch 25.05 says to --parsable; each job is a line in `taken`.
  const bin = path.join(box.directory, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'sbatch'), `#!/bin/sh\necho job >>${taken}\necho 77\n`);
  await chmod(path.join(bin, 'sbatch'), 0o755);
  vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

const site = { profile: { slurm: { submit_noise: [] } } } as unknown as Site;

async function submit(): Promise<unknown> {
  const request: RequestRecord = {
    version: 1,
    id,
    app: 'lab',
    environment: { name: 'sci', prefix: '/envs/sci' },
    on: 'compute',
    directory: box.directory,
    direct: false,
    site: 'midway3',
    created: new Date().toISOString(),
  };
  await writeRecord(sessionFiles(id).request, request);
  return await submitAttempt(site, request, 2, { resources: noResources, after: '76' }, {});
}

async function jobs(): Promise<number> {
  return (await readFile(taken, 'utf8')).trim().split('\n').length;
}

test('of several commands that ask for the same follow-on job at once one does, and the others are told', async () => {
  const asked = await Promise.allSettled(Array.from({ length: 8 }, submit));
  const refusals = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  expect(refusals).toEqual(Array(7).fill('renew-queued'));
  expect(await jobs()).toBe(1);
});

test('what a command left that was killed before it asked is in nobody’s way', async () => {
  const { directory, script, log } = attemptFiles(id, 2);
  await mkdir(directory, { recursive: true });
  await writeFile(script, 'half of a scr');
  await writeFile(log, '');
  await submit();
  expect(await readFile(script, 'utf8')).toMatch(/^#!.*bash -l\n/);
  expect((await readdir(directory)).sort()).toEqual(['asked.json', 'job.sh', 'log', 'submitted.json']);
  expect(await jobs()).toBe(1);
});

test('a command that has become too late, since another took it for dead, takes its job back', async () => {
  const cancelled = path.join(box.directory, 'cancelled');
  const scancel = path.join(box.directory, 'bin', 'scancel');
  await writeFile(scancel, `#!/bin/sh\necho "$@" >${cancelled}\n`);
  await chmod(scancel, 0o755);
  const { directory, asked } = attemptFiles(id, 3);
  await mkdir(directory, { recursive: true });
  const before = { name: 'pier-lab-x-3', resources: noResources, after: null, at: new Date().toISOString() };
  await writeRecord(asked, { ...before, by: { ...identityOf(process.pid), host: 'elsewhere' } });
  await submit();
  expect(await readFile(cancelled, 'utf8')).toMatch(/ 77\n$/);
});

test('of an attempt that is taken back nothing stays, and of one that another has begun, all', async () => {
  await submit();
  await removeEmptyAttempt(id, 2);
  expect(await readdir(sessionFiles(id).attempts)).toEqual(['2']);
  await removeAttemptDirectory(id, 2);
  expect(await readdir(sessionFiles(id).attempts)).toEqual([]);
  await mkdir(attemptFiles(id, 2).directory);
  await removeEmptyAttempt(id, 2);
  expect(await readdir(sessionFiles(id).attempts)).toEqual([]);
});
