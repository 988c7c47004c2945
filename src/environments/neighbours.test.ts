import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identityOf, noProgress, type ProcessIdentity, type ProgressEvent, writeRecord } from '../files/index.ts';
import { freshFolder } from './hand-made.ts';
import { sweep, waitForOthers } from './neighbours.ts';
import { ownerFile, type Stage, stagePrefix, stagesIn, withStage } from './stage.ts';

let root: string;
const never = new AbortController().signal;

beforeEach(async () => {
  root = await freshFolder();
});
afterEach(() => rm(root, { recursive: true }));

const me = identityOf(process.pid);
const dead: ProcessIdentity = { ...me, start: (me.start ?? 0) + 1 };
const elsewhere: ProcessIdentity = { ...me, host: 'midway3-login4' };

/** A stage of another pier; it was announced, and last heard of, so many seconds ago. */
async function neighbour(
  id: string,
  owner: ProcessIdentity | undefined,
  name = 'sci',
  silence = 0,
  age = 10,
): Promise<string> {
  const directory = path.join(stagesIn(root), id);
  await mkdir(path.join(directory, name), { recursive: true, mode: 0o700 });
  if (owner) await writeRecord(ownerFile(directory), { version: 1, owner, name });
  if (owner) await utimes(ownerFile(directory), new Date(), new Date(Date.now() - age * 1000));
  await utimes(directory, new Date(), new Date(Date.now() - silence * 1000));
  return directory;
}

test('a stage is private, announces its owner, and is gone afterwards', async () => {
  const directory = await withStage(root, 'sci', async (stage) => {
    await mkdir(stage.prefix);
    expect(stage.prefix).toBe(path.join(stage.directory, 'sci'));
    expect(existsSync(ownerFile(stage.directory))).toBe(true);
    return stage.directory;
  });
  expect(existsSync(directory)).toBe(false);
});

test('it is gone too when the work fails', async () => {
  let directory = '';
  const failing = withStage(root, 'sci', async (stage) => {
    directory = stage.directory;
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(existsSync(directory)).toBe(false);
});

test('what a dead pier left is deleted; what lives, or may live elsewhere, stays', async () => {
  const left = await neighbour('stage-dead', dead);
  const old = await neighbour('stage-old', elsewhere, 'sci', 4000);
  const unclaimed = await neighbour('stage-unclaimed', undefined, 'sci', 4000);
  const alive = await neighbour('stage-alive', me, 'sci', 4000);
  const young = await neighbour('stage-young', elsewhere, 'sci', 100);
  const fresh = await neighbour('stage-fresh', undefined);
  await mkdir(path.join(root, '.pier-trash', 'sci-x', 'deep'), { recursive: true });
  await withStage(root, 'sci', (stage) => sweep(stage, noProgress));
  expect([left, old, unclaimed].filter(existsSync)).toEqual([]);
  expect([alive, young, fresh].filter(existsSync)).toEqual([alive, young, fresh]);
  expect(existsSync(path.join(root, '.pier-trash', 'sci-x'))).toBe(false);
});

test('one whose owner was killed before it was announced is deleted, and known by its name', async () => {
  const gone = spawnSync('true').pid;
  const unannounced = async (owner: ProcessIdentity) => await neighbour(`${stagePrefix(owner)}AbCdEf`, undefined);
  const left = await unannounced({ ...me, pid: gone });
  const alive = await unannounced({ ...me, pid: process.ppid });
  const theirs = await unannounced({ ...elsewhere, pid: gone });
  await withStage(root, 'sci', (stage) => sweep(stage, noProgress));
  expect([left, alive, theirs].filter(existsSync)).toEqual([alive, theirs]);
});

test('a link in place of a stage is removed, not followed', async () => {
  const outside = path.join(root, 'precious');
  await mkdir(outside);
  await writeFile(path.join(outside, 'thesis'), '');
  await mkdir(path.join(root, '.pier-trash'));
  const { symlink } = await import('node:fs/promises');
  await symlink(outside, path.join(root, '.pier-trash', 'link'));
  await withStage(root, 'sci', (stage) => sweep(stage, noProgress));
  expect(existsSync(path.join(outside, 'thesis'))).toBe(true);
  expect(existsSync(path.join(root, '.pier-trash', 'link'))).toBe(false);
});

test('a trash that is a link to somewhere else is not emptied', async () => {
  const precious = path.join(root, 'precious');
  await mkdir(precious);
  await writeFile(path.join(precious, 'thesis'), '');
  const { symlink } = await import('node:fs/promises');
  await symlink(precious, path.join(root, '.pier-trash'));
  const sweeping = withStage(root, 'sci', (stage) => sweep(stage, noProgress));
  await expect(sweeping).rejects.toMatchObject({ code: 'directory-untrusted' });
  expect(existsSync(path.join(precious, 'thesis'))).toBe(true);
});

test.runIf(process.getuid?.() === 0)('in a root of another user there is a stage of our own (needs root)', async () => {
  const { chown } = await import('node:fs/promises');
  await chown(root, 12345, 12345);
  const directory = await withStage(root, 'sci', async (stage) => stage.directory);
  expect(path.dirname(directory)).toBe(path.join(root, '.pier-stage-0'));
});

/** Starts waiting; gives what was said, and the promise. */
function wait(stage: Stage, signal = never): { said: ProgressEvent[]; done: Promise<void> } {
  const said: ProgressEvent[] = [];
  return { said, done: waitForOthers(stage, (event) => said.push(event), signal) };
}

test('whoever came first is waited for, with its process named, until it is gone', async () => {
  const first = await neighbour('stage-first', me);
  await withStage(root, 'sci', async (stage) => {
    const { said, done } = wait(stage);
    await expect
      .poll(() => said[0]?.message)
      .toBe(`Another pier, process ${process.pid}, is making sci; waiting for it`);
    await rm(first, { recursive: true });
    await done;
  });
});

test('when the first one dies, the next takes over', async () => {
  const first = await neighbour('stage-first', me);
  await withStage(root, 'sci', async (stage) => {
    const { said, done } = wait(stage);
    await expect.poll(() => said.length).toBeGreaterThan(0);
    await writeRecord(ownerFile(first), { version: 1, owner: dead, name: 'sci' });
    await done;
  });
});

test('nobody waits for another name, a later one, or one on another host that fell silent', async () => {
  await neighbour('stage-other', me, 'bio');
  await neighbour('stage-silent', elsewhere, 'sci', 600);
  await neighbour('stage-later', me, 'sci', 0, -60);
  await withStage(root, 'sci', async (stage) => {
    const { said, done } = wait(stage);
    await done;
    expect(said).toEqual([]);
  });
});

test('one on another host that was heard of lately is waited for, until Ctrl+C', async () => {
  await neighbour('stage-elsewhere', elsewhere, 'sci', 5);
  const controller = new AbortController();
  await withStage(root, 'sci', async (stage) => {
    const { said, done } = wait(stage, controller.signal);
    await expect.poll(() => said[0]?.message).toMatch('Another pier, on midway3-login4, is making sci');
    controller.abort(new Error('interrupted'));
    await expect(done).rejects.toThrow('interrupted');
  });
});

test('what still works in the stage of a dead pier is killed first; nothing else is', async () => {
  const left = await neighbour('stage-dead', dead);
  const { spawn } = await import('node:child_process');
  const [orphan, other] = ['stage-dead', 'stage-alive'].map((id) =>
    spawn('sleep', ['300'], { env: { PATH: process.env.PATH, PIER_STAGE: id }, stdio: 'ignore' }),
  );
  const ended = new Promise((resolve) => orphan?.on('exit', (_, signal) => resolve(signal)));
  await new Promise((resolve) => other?.on('spawn', resolve));
  await withStage(root, 'sci', (stage) => sweep(stage, noProgress));
  expect(await ended).toBe('SIGKILL');
  expect(existsSync(left)).toBe(false);
  expect(other?.exitCode).toBeNull();
  other?.kill();
});
