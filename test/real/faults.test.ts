import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { person, program, said } from './pier.ts';

const isRoot = process.getuid?.() === 0;

/** A small disk of its own; making one takes root. */
async function smallDisk(directory: string, options: string): Promise<Disposable> {
  await mkdir(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  return { [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', directory]) };
}

test('an unknown environment is answered with near names', async () => {
  await using ada = await person();
  const root = path.join(ada.box.home, '.local', 'share', 'pier', 'envs');
  execFileSync('python3', ['-m', 'venv', '--without-pip', path.join(root, 'science')]);
  const refused = await ada.pier('lab', '-e', 'sciense');
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toContain('Did you mean science?');
});

test('a state directory that cannot be written is named, with the reason and the way out', async () => {
  await using ada = await person();
  await writeFile(path.join(ada.box.home, 'file'), '');
  await using eve = await person({ XDG_STATE_HOME: path.join(ada.box.home, 'file') });
  const refused = await eve.pier('lab', '-e', inject('sci'), '--detach');
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toMatch(/Cannot write .*file\/pier.*: a part of the path is not a directory\. Check the path/);
});

test.runIf(isRoot)('a read-only state directory is named so (needs root to make one)', async () => {
  await using ada = await person();
  const state = path.join(ada.box.directory, 'state');
  using _disk = await smallDisk(state, 'ro');
  await using eve = await person({ XDG_STATE_HOME: state });
  const refused = await eve.pier('lab', '-e', inject('sci'), '--detach');
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toContain('the file system is read-only. Set XDG_STATE_HOME');
});

test.runIf(isRoot)('a full state directory is named so, and nothing is started (needs root to make one)', async () => {
  await using ada = await person();
  const state = path.join(ada.box.directory, 'state');
  using _disk = await smallDisk(state, 'size=64k');
  spawnSync('dd', ['if=/dev/zero', `of=${path.join(state, 'ballast')}`, 'bs=4k', 'count=64']);
  await using eve = await person({ XDG_STATE_HOME: state });
  const refused = await eve.pier('lab', '-e', inject('sci'), '--detach');
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toContain('the disk is full. Free some space');
  const left = await readdir(state, { recursive: true });
  expect(left.filter((file) => file.endsWith('job.sh') || file.endsWith('submitted.json'))).toEqual([]);
});

test.runIf(isRoot)(
  'offline, what is there opens; what is lacking says so (needs root for a machine without network)',
  async () => {
    await using ada = await person();
    const offline = (...args: string[]) =>
      spawnSync(
        'unshare',
        ['--net', 'sh', '-c', 'ip link set lo up; exec "$@"', '-', process.execPath, program, ...args],
        { env: ada.box.env, cwd: ada.box.home, encoding: 'utf8', timeout: 120_000 },
      );
    expect(offline('lab', '-e', inject('sci'), '--detach', '--no-browser')).toMatchObject({ status: 0 });
    const refused = offline('lab', '--detach', '--no-browser');
    expect(refused.status).toBe(2);
    expect(said(refused)).toContain('the package index does not answer. Check the network');
  },
);

test('a second pier lab while the first makes the environment waits for it, and both open', async () => {
  await using ada = await person({ UV_CACHE_DIR: inject('uvCache') });
  const both = await Promise.all([1, 2].map(() => ada.pier('lab', '--detach', '--no-browser')));
  expect(both).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  const said = both.map(({ stderr }) => /another pier/i.test(stderr));
  expect(said.filter(Boolean)).toHaveLength(1);
  const { environments } = (await ada.json('env', 'list')) as unknown as { environments: { name: string }[] };
  expect(environments.map(({ name }) => name)).toEqual(['sci']);
}, 600_000);

test('what only a job has is refused where there is none, with the way out', async () => {
  await using ada = await person();
  const refused = await ada.pier('lab', '-e', inject('sci'), '--time', '2h', '--mem', '4G');
  expect(refused.exitCode).toBe(2);
  expect(said(refused)).toMatch(
    /--time, --mem: only a job has that, .* has no scheduler\. Without --time, --mem it runs/,
  );
});
