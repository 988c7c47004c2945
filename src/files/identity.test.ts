import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { until } from '../../test/sandbox.ts';
import { identityOf, liveness, parseIdentity } from './identity.ts';

const me = identityOf(process.pid);

test('a running process is alive', () => {
  expect(liveness(me)).toBe('alive');
});

test('a pid that another process has now is dead', () => {
  expect(liveness({ ...me, start: (me.start ?? 0) - 1 })).toBe('dead');
});

test('a process of another boot is dead', () => {
  expect(liveness({ ...me, boot: '00000000-0000-0000-0000-000000000000' })).toBe('dead');
});

test('a process of another host is unknown', () => {
  expect(liveness({ ...me, host: 'elsewhere' })).toBe('unknown');
});

test('a zombie is dead', async () => {
  // The shell never waits for its child, which is a zombie as soon as it ends.
  const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$; exec cat" <&3 & exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'] as StdioOptions,
  });
  const [line] = await once(parent.stdout as Readable, 'data');
  const child = identityOf(Number(String(line)));
  expect(liveness(child)).toBe('alive');
  (parent.stdio[3] as unknown as NodeJS.WritableStream).end();
  await until(() => liveness(child) === 'dead');
  expect(() => process.kill(child.pid, 0)).not.toThrow();
  parent.kill('SIGKILL');
});

test('only what names a process is read as one', () => {
  expect(parseIdentity(JSON.parse(JSON.stringify(me)))).toEqual(me);
  expect(parseIdentity({ ...me, pid: -1 })).toBeUndefined();
  expect(parseIdentity({ ...me, pid: 1 })).toBeUndefined();
  expect(parseIdentity({ ...me, pid: '7' })).toBeUndefined();
  expect(parseIdentity(null)).toBeUndefined();
});
