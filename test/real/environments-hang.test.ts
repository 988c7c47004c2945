import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { world } from './environments-world.ts';

/** Mounts a FUSE file system that nobody serves: whoever looks into it waits until this program ends. */
const hangingMount = `
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}".encode()
if libc.mount(b"hang", sys.argv[1].encode(), b"fuse.hang", 0, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
print("mounted", flush=True)
sys.stdin.read()
libc.umount2(sys.argv[1].encode(), 2)
`;

async function hang(at: string): Promise<AsyncDisposable & { readonly child: ChildProcess }> {
  await mkdir(at);
  const child = spawn('python3', ['-c', hangingMount, at], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', resolve);
    child.on('exit', () => reject(new Error('could not mount')));
  });
  return {
    child,
    [Symbol.asyncDispose]: async () => {
      const ended = new Promise((resolve) => child.on('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

const mayHang = process.getuid?.() === 0 && existsSync('/dev/fuse');

test.runIf(mayHang)('a file server that hangs is passed over, and pier ends (needs root and /dev/fuse)', async () => {
  await using place = await world();
  await place.run('create', { name: 'a' });
  const server = path.join(place.directory, 'server');
  await using _ = await hang(server);
  const conda = path.join(place.env.HOME as string, '.conda');
  await mkdir(path.join(conda, 'envs'), { recursive: true });
  await writeFile(path.join(conda, 'environments.txt'), `${server}/envs/one\n${server}/envs/two\n`);
  await symlink(path.join(server, 'envs', 'three'), path.join(conda, 'envs', 'three'));
  const began = performance.now();
  const { value, exitCode } = await place.run('list');
  expect(value?.map(({ name }) => name)).toEqual(['a']);
  expect(exitCode).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
});
