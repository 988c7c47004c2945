import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { identityOf, type ProcessIdentity } from './identity.ts';
import { tryLease } from './lease.ts';
import { describeHolder, readLease } from './lease-holder.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pier-lease-'));
  file = path.join(folder, 'lease');
  return () => rm(folder, { recursive: true });
});

/** A process that ran, and runs no more. */
async function dead(): Promise<ProcessIdentity> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = identityOf(child.pid as number);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}

async function heldBy(owner: ProcessIdentity, at = file): Promise<void> {
  await writeFile(at, `${JSON.stringify({ version: 1, token: 'abcdef123', owner, user: 'ada', doing: 'a thing' })}\n`);
}

async function taken(options = {}): Promise<AsyncDisposable> {
  const got = await tryLease(file, 'testing', options);
  if ('holder' in got) throw new Error(describeHolder(got.holder));
  return got.lease;
}

test('one at a time: the second is told who has it and what for; given back, nothing is left', async () => {
  {
    await using _first = await taken();
    const second = await tryLease(file, 'something else');
    expect(second).toMatchObject({ holder: { doing: 'testing', state: 'alive', owner: { pid: process.pid } } });
  }
  await using _again = await taken();
  expect(await readdir(folder)).toEqual(['lease']);
});

test('of thirty that find a dead holder, one takes over, and no two ever have it', async () => {
  await heldBy(await dead());
  let [now, most] = [0, 0];
  const work = async () => {
    const got = await tryLease(file, 'testing');
    if ('holder' in got) return false;
    now++;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
    await got.lease[Symbol.asyncDispose]();
    return true;
  };
  const won = await Promise.all(Array.from({ length: 30 }, work));
  expect(won.filter(Boolean).length).toBeGreaterThan(0);
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a taker that died while taking over is taken over itself', async () => {
  const owner = await dead();
  await heldBy(owner);
  await heldBy(owner, `${file}.abcdef123.taking`);
  await using _lease = await taken();
  expect(await readdir(folder)).toEqual(['lease']);
});

test('a holder of another boot of this host is dead; one on another host is not known to be, and is not robbed', async () => {
  await heldBy({ ...identityOf(process.pid), boot: 'an earlier one' });
  await (await taken())[Symbol.asyncDispose]();
  await heldBy({ ...identityOf(process.pid), host: 'login7' });
  const { holder } = (await tryLease(file, 'testing')) as { holder: Parameters<typeof describeHolder>[0] };
  expect(describeHolder(holder)).toBe(`process ${process.pid} of ada on login7: a thing`);
  await (await taken({ breakIt: true }))[Symbol.asyncDispose]();
});

test('where two at once do no harm, a silent holder on another host counts as dead', async () => {
  await heldBy({ ...identityOf(process.pid), host: 'login7' });
  execFileSync('touch', ['-d', '5 minutes ago', file]);
  expect(await tryLease(file, 'testing', { staleAfter: 3_600_000 })).toHaveProperty('holder');
  await (await taken({ staleAfter: 120_000 }))[Symbol.asyncDispose]();
});

test('a pid that was handed out again is not its holder', async () => {
  await heldBy({ ...identityOf(process.pid), start: 1 });
  await using _lease = await taken();
});

test.each([
  ['nonsense', () => writeFile(file, 'nonsense')],
  ['a FIFO', async () => execFileSync('mkfifo', [file])],
  ['a link', () => symlink('/etc/hostname', file)],
  ['one that names init', async () => heldBy({ ...(await dead()), pid: 1 })],
  [
    'a token that is a path',
    () => writeFile(file, `{"token":"../../x","owner":${JSON.stringify(identityOf(process.pid))}}`),
  ],
  ['something huge', () => writeFile(file, ' '.repeat(100_000))],
])('%s in its place is a holder of whom nothing is known: only a person breaks it', async (_what, plant) => {
  await plant();
  expect(await tryLease(file, 'testing')).toMatchObject({ holder: { owner: null, state: 'unknown' } });
  expect(await tryLease(file, 'testing', { staleAfter: 0 })).toHaveProperty('holder');
  await using _lease = await taken({ breakIt: true });
  expect(await readFile('/etc/hostname', 'utf8')).not.toContain('token');
});

test('a lease that was broken is not given back by whom it was broken from', async () => {
  const first = await tryLease(file, 'testing');
  if ('holder' in first) throw new Error('held');
  await using _second = await taken({ breakIt: true });
  expect(await first.lease.isOurs()).toBe(false);
  await first.lease[Symbol.asyncDispose]();
  expect(await readLease(file)).toMatchObject({ doing: 'testing', state: 'alive' });
});

test('what a process left that was killed before it wrote a byte goes after an hour', async () => {
  await writeFile(`${file}.young`, '');
  await writeFile(`${file}.old`, '');
  execFileSync('touch', ['-d', '2 hours ago', `${file}.old`]);
  await using _lease = await taken();
  expect(await readdir(folder)).toEqual(['lease', 'lease.young']);
});
