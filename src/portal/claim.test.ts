import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { identityOf, namesIn, readRecord, writeRecord } from '../files/index.ts';
import { takeClaim } from './claim.ts';
import { makeHostDirectory, portalFiles } from './record.ts';

let box: Sandbox;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  await makeHostDirectory();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

const mine = identityOf(process.pid);
const silent = async () => false;

test('the first has it until it lets go', async () => {
  const claim = await takeClaim(silent);
  expect(await takeClaim(silent)).toBeUndefined();
  expect(await claim?.holds()).toBe(true);
  await claim?.[Symbol.asyncDispose]();
  expect(await takeClaim(silent)).toBeDefined();
});

test.each([
  ['a process that has ended', { ...mine, start: 1 }],
  ['a process before the machine was restarted', { ...mine, boot: 'another' }],
  ['nobody', { pid: 'x' }],
])('one of %s is taken over by exactly one of many', async (_, stale) => {
  await writeRecord(portalFiles().claim, stale);
  const claims = await Promise.all(Array.from({ length: 10 }, () => takeClaim(silent)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await readRecord(portalFiles().claim)).toEqual(mine);
  expect(await namesIn(path.dirname(portalFiles().claim))).toEqual(['claim.json']);
});

test('half a claim, as a full disk leaves it, is no claim', async () => {
  await writeFile(portalFiles().claim, '{"pid":', { mode: 0o600 });
  expect(await takeClaim(silent)).toBeDefined();
});

test('where nobody can tell whether its process lives, its portal is asked', async () => {
  await writeRecord(portalFiles().claim, { ...mine, host: 'another' });
  expect(await takeClaim(async () => true)).toBeUndefined();
  expect(await takeClaim(silent)).toBeDefined();
});

test('one whose file has gone is taken again, one that another has is lost', async () => {
  const claim = await takeClaim(silent);
  await writeRecord(portalFiles().claim, { ...mine, pid: mine.pid + 1 });
  expect(await claim?.holds()).toBe(false);
  await claim?.[Symbol.asyncDispose]();
  expect(await readRecord(portalFiles().claim)).toMatchObject({ pid: mine.pid + 1 });
});
