import { appendFile, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { followLog, type LogFollower } from './follow-log.ts';
import { attemptFiles, makeSessionDirectory } from './store.ts';

let box: Sandbox;
let id: string;
let log: string;
let follower: LogFollower;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  id = await makeSessionDirectory();
  log = attemptFiles(id, 1).log;
  await mkdir(path.dirname(log), { recursive: true });
  follower = followLog(id);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

/** What is new, while the session goes on, or at its end. */
async function lines(attempt = 1, over = false): Promise<string[]> {
  const found: string[] = [];
  for await (const line of follower.lines(attempt, over)) found.push(line);
  return found;
}

test('each line is told once, also one that was there before another that is new', async () => {
  await writeFile(log, 'I one\nW foo\n');
  expect(await lines()).toEqual(['I one', 'W foo']);
  await appendFile(log, 'E bad\nW foo\n');
  expect(await lines()).toEqual(['E bad', 'W foo']);
  expect(await lines()).toEqual([]);
  await appendFile(log, 'W foo\n\nW foo\n');
  expect(await lines()).toEqual(['W foo', '', 'W foo']);
});

test('a line that is written by halves is told when it is whole, and so is a letter', async () => {
  const [before, behind] = [Buffer.from('straße €').subarray(0, -2), Buffer.from('straße €').subarray(-2)];
  await writeFile(log, Buffer.concat([Buffer.from('I one\n'), before]));
  expect(await lines()).toEqual(['I one']);
  await appendFile(log, behind);
  expect(await lines()).toEqual([]);
  await appendFile(log, '\nI two\n');
  expect(await lines()).toEqual(['straße €', 'I two']);
});

test('what never gets an end is told when the session is over', async () => {
  await writeFile(log, 'I one\nKilled');
  expect(await lines()).toEqual(['I one']);
  expect(await lines(1, true)).toEqual(['Killed']);
  expect(await lines(1, true)).toEqual([]);
});

test('a line without an end, as a progress bar makes it, is not held back for ever', async () => {
  await writeFile(log, 'x'.repeat(70_000));
  await lines();
  await appendFile(log, 'y'.repeat(70_000));
  expect((await lines()).join('')).toContain('y'.repeat(1000));
});

test('of a long log the last 64 KB are told, in whole lines, and nothing that comes then is left out', async () => {
  const long = Array.from({ length: 10_000 }, (_, at) => `line ${at} ü`);
  await writeFile(log, `${long.join('\n')}\n`);
  const tail = await lines();
  expect(tail).toEqual(long.slice(-tail.length));
  expect(tail.length).toBeGreaterThan(3000);
  await appendFile(log, `${long.join('\n')}\n`);
  expect(await lines()).toEqual(long);
});

test('a log that was begun anew is told from its beginning', async () => {
  await writeFile(log, 'I one\nhal');
  expect(await lines()).toEqual(['I one']);
  await writeFile(`${log}.new`, 'I another, longer than the one before\n');
  await rename(`${log}.new`, log);
  expect(await lines()).toEqual(['hal', 'I another, longer than the one before']);
  await truncate(log);
  await appendFile(log, 'I short\n');
  expect(await lines()).toEqual(['I short']);
});

test('the log of a follow-on job comes behind the rest of the one before', async () => {
  const next = attemptFiles(id, 2);
  await mkdir(next.directory);
  await writeFile(next.log, '');
  await writeFile(log, 'I one\n');
  expect(await lines()).toEqual(['I one']);
  await appendFile(log, 'I last');
  await writeFile(next.log, 'I begin\n');
  expect(await lines(2)).toEqual(['I last', 'I begin']);
  await appendFile(next.log, 'I go on\n');
  expect(await lines(2)).toEqual(['I go on']);
});

test('while a follow-on job has said nothing, what ran before it is told', async () => {
  await writeFile(log, 'I one\n');
  expect(await lines(2)).toEqual(['I one']);
  const next = attemptFiles(id, 2);
  await mkdir(next.directory);
  await writeFile(next.log, 'I begin\n');
  expect(await lines(2)).toEqual(['I begin']);
});

test('where there is no log, or a link to somebody’s file, nothing is told', async () => {
  expect(await lines()).toEqual([]);
  await symlink('/etc/passwd', log);
  expect(await lines(1, true)).toEqual([]);
});
