import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Sandbox, sandbox } from '../../test/sandbox.ts';
import { identityOf, writeRecord } from '../files/index.ts';
import { noResources } from '../jobs/index.ts';
import { readAttempt, readRecords, readRuns, readStop } from './records.ts';
import { attemptFiles, makeSessionDirectory, sessionFiles } from './store.ts';

let box: Sandbox;
let id: string;
beforeEach(async () => {
  box = await sandbox();
  vi.stubEnv('XDG_STATE_HOME', path.join(box.home, 'state'));
  id = await makeSessionDirectory();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await box[Symbol.asyncDispose]();
});

/** Prints what is opened in a directory, itself as `.`: IN_OPEN of inotify(7), which Node does not pass on. */
const opened = `
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
watch = libc.inotify_init()
libc.inotify_add_watch(watch, sys.argv[1].encode(), 0x20)
print('watching', flush=True)
while True:
    events = os.read(watch, 65536)
    while events:
        length = struct.unpack_from('iIII', events)[3]
        print(events[16:16 + length].rstrip(b'\\0').decode() or '.', flush=True)
        events = events[16 + length:]
`;

/** What is opened first, and then, in a directory while something runs. */
async function openedIn(directory: string, run: () => Promise<unknown>): Promise<string[]> {
  const program = spawn('python3', ['-c', opened, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const names: string[] = [];
  try {
    for await (const name of createInterface({ input: program.stdout })) {
      if (name === 'watching') await run();
      else names.push(name);
      if (names.length === 2) break;
    }
    return names;
  } finally {
    program.kill();
  }
}

describe('a client of NFS that remembers a record as missing asks anew, since its directory is opened before it, for', () => {
  const at = '2026-11-26T12:00:00Z';

  test.each(['readAttempt', 'readRuns'] as const)('%s', async (name) => {
    const { directory, end } = attemptFiles(id, 1);
    await mkdir(directory, { recursive: true });
    await writeRecord(end, { state: 'ended', reason: 'x', ended: at });
    expect(await openedIn(directory, () => ({ readAttempt, readRuns })[name](id, 1))).toEqual(['.', 'end.json']);
  });

  test('readStop', async () => {
    const { directory, stop } = sessionFiles(id);
    await writeRecord(stop, { by: 'pier session stop', at });
    expect(await openedIn(directory, () => readStop(id))).toEqual(['.', 'stop.json']);
  });

  test('an attempt that has no directory yet has no records', async () => {
    expect(await readAttempt(id, 7)).toMatchObject({ attempt: 7, asked: undefined, end: undefined });
  });
});

describe('of several attempts', () => {
  const at = (minute: number) => `2026-11-26T12:${String(minute).padStart(2, '0')}:00Z`;
  const agent = { ...identityOf(process.pid), host: 'elsewhere' };

  async function attempt(number: number, ...names: ('asked' | 'started' | 'verdict')[]): Promise<void> {
    const files = attemptFiles(id, number);
    await mkdir(files.directory, { recursive: true });
    const all = {
      asked: { name: `pier-lab-${id}-${number}`, resources: noResources, after: null, by: agent, at: at(number) },
      started: { agent, runtimeDirectory: '/tmp/x', started: at(number) },
      verdict: { state: 'ended', reason: 'x', ended: at(number) },
    };
    for (const name of names) await writeRecord(files[name], all[name]);
  }

  /** `1 then 2`: the one that counts, and its follow-on job. */
  async function counting(): Promise<string> {
    const { attempt, next } = await readRecords(id);
    return next ? `${attempt} then ${next.attempt}` : `${attempt}`;
  }

  beforeEach(async () => {
    const environment = { name: 'sci', prefix: '/envs/sci' };
    const request = { version: 1, id, app: 'lab', environment, on: 'compute', directory: '/home/ada', direct: false };
    await writeRecord(sessionFiles(id).request, { ...request, site: 'midway3', created: at(0) });
    await attempt(1, 'asked', 'started');
  });

  test('the one before counts while it may run, whatever has become of its follow-on job', async () => {
    await attempt(2, 'asked');
    expect(await counting()).toBe('1 then 2');
    await attempt(2, 'asked', 'verdict');
    expect(await counting()).toBe('1 then 2');
  });

  test('those between that were over before they began are passed over', async () => {
    await attempt(2, 'asked', 'verdict');
    await attempt(3, 'asked');
    await attempt(4, 'asked');
    expect(await counting()).toBe('1 then 4');
    await attempt(4, 'started');
    expect(await counting()).toBe('4');
  });

  test('the follow-on job counts once the one before is over, but not one that was over sooner', async () => {
    await attempt(5, 'asked');
    await writeRecord(attemptFiles(id, 1).verdict, { state: 'ended', reason: 'x', ended: at(7) });
    expect(await counting()).toBe('5');
    await attempt(5, 'verdict');
    expect(await counting()).toBe('1 then 5');
    await attempt(8, 'asked', 'verdict');
    expect(await counting()).toBe('8');
  });

  test('a directory that a command left which was killed before it asked is no attempt', async () => {
    await attempt(2);
    expect(await counting()).toBe('1');
    await writeRecord(attemptFiles(id, 1).verdict, { state: 'ended', reason: 'x', ended: at(7) });
    expect(await counting()).toBe('1');
  });
});
