import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { until } from '../../test/sandbox.ts';
import { identityOf, liveness } from '../files/index.ts';
import { lastLines, run, signalRecorded, which } from './index.ts';

const timeoutMs = 20_000;

test('a non-zero exit is a result', async () => {
  const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'], { timeoutMs });
  expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false });
});

test('arguments reach the program as they are', async () => {
  const result = await run('printf', ['%s|', '$(id)', "it's", ''], { timeoutMs });
  expect(result.stdout).toBe("$(id)|it's||");
});

test('a program that is not there is an error that names it', async () => {
  await expect(run('no-such-program', [], { timeoutMs })).rejects.toMatchObject({ code: 'cannot-start' });
});

test('a directory that cannot be entered is not told as a program that is not there', async () => {
  const message = 'Cannot start true: /not/there cannot be entered.';
  await expect(run('true', [], { timeoutMs, cwd: '/not/there' })).rejects.toMatchObject({ message });
});

test('after its time the whole group is ended, grandchildren that hold the output included', async () => {
  const result = await run('sh', ['-c', 'sleep 600 & echo $!; wait'], { timeoutMs: 300 });
  expect(result.timedOut).toBe(true);
  const grandchild = Number(result.stdout);
  await until(() => liveness(identityOf(grandchild)) !== 'alive');
});

test('a program that may finish is not cut off by Ctrl+C, but by a second one; a closed terminal is nothing to it', async () => {
  const told = (signals: readonly NodeJS.Signals[], script: string) =>
    run('sh', ['-c', `echo begun >&2; ${script}`], {
      timeoutMs,
      finishMs: 60_000,
      onStderr: () => signals.forEach((signal) => void process.emit(signal, signal)),
    });
  const done = { exitCode: 0, stdout: 'done\n' };
  expect(await told(['SIGINT'], 'sleep 0.3; echo done')).toMatchObject(done);
  expect(await told(['SIGHUP', 'SIGHUP'], 'sleep 0.3; echo done')).toMatchObject(done);
  expect(await told(['SIGINT', 'SIGINT'], 'exec sleep 60')).toMatchObject({ exitCode: null, signal: 'SIGINT' });
});

test('input is given, and without any there is nothing to read', async () => {
  expect((await run('cat', [], { timeoutMs, input: 'hello' })).stdout).toBe('hello');
  expect((await run('cat', [], { timeoutMs })).stdout).toBe('');
});

test('a recorded process is signalled only while it is the same one', async () => {
  const child = spawn('sleep', ['600'], { detached: true });
  await once(child, 'spawn');
  const identity = identityOf(child.pid as number);
  expect(signalRecorded({ ...identity, start: 1 }, 'SIGKILL', 'group')).toBe(false);
  expect(signalRecorded({ ...identity, boot: 'another' }, 'SIGKILL', 'group')).toBe(false);
  expect(signalRecorded({ ...identity, host: 'another' }, 'SIGKILL', 'group')).toBe(false);
  expect(signalRecorded({ ...identity, uid: identity.uid + 1 }, 'SIGKILL', 'group')).toBe(false);
  expect(liveness(identity)).toBe('alive');
  expect(signalRecorded(identity, 'SIGTERM', 'group')).toBe(true);
  await once(child, 'exit');
});

test('the last lines of an output are kept', () => {
  expect(lastLines('1\n2\n3\n', 2)).toBe('2\n3');
});

test('which finds what PATH would run, and passes over relative entries', async () => {
  expect(await which('sh', '.:/usr/bin:/bin')).toMatch(/^\/(usr\/)?bin\/sh$/);
  expect(await which('sh', '.')).toBeUndefined();
});
