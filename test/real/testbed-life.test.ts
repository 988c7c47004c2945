import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sandbox, until } from '../sandbox.ts';
import { installDatabase } from '../testbed/database.ts';
import { down } from '../testbed/down.ts';
import { on } from '../testbed/enter.ts';
import { npmRunTestbed, testbedDirectory } from '../testbed/fixture.ts';
import { hosts, hostsOf } from '../testbed/layout.ts';
import { firstProcess } from '../testbed/processes.ts';
import { up } from '../testbed/up.ts';

const directory = testbedDirectory('life');
const quiet = () => {};

/** How often it goes up and down in a row; 20 is what was promised, and takes three minutes. */
const rounds = Number(process.env.PIER_TESTBED_ROUNDS ?? 2);

beforeAll(async () => {
  process.setMaxListeners(0);
  await down(directory, { wiped: true });
});
afterAll(() => down(directory, { wiped: true }));

const kinds = ['mnt', 'net', 'pid', 'uts', 'ipc'];

/** The namespaces of a process, such as `net:[4026532185]`. */
function spacesOf(pid: number | string): string[] {
  return kinds.flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return [];
    }
  });
}

/** Every process of this machine that was started with the testbed's directory in its arguments. */
function namingIt(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      return false;
    }
  });
}

/** Every process of this machine that is in one of the namespaces. */
function inside(spaces: ReadonlySet<string>): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => spacesOf(pid).some((space) => spaces.has(space)));
}

/** The testbed's own namespaces, which this process is in none of. */
function itsSpaces(): ReadonlySet<string> {
  const ours = new Set(spacesOf('self'));
  const all = ['switch', ...hosts.map(({ name }) => name)].flatMap((host) => {
    const first = firstProcess(directory, host);
    return first ? spacesOf(first.pid) : [];
  });
  return new Set(all.filter((space) => !ours.has(space)));
}

/** What a testbed could leave on the machine: files of `/etc` and of Slurm, networks, mounts, loop devices, control groups. */
function machine(): Record<string, unknown> {
  const names = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);
  return {
    etc: readdirSync('/etc', { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => [name, lstatSync(`/etc/${name}`).mtimeMs]),
    slurm: ['/etc/slurm', '/etc/munge', '/var/log/slurm', '/var/spool/slurmd', '/run/munge', '/var/lib/mysql'].map(
      names,
    ),
    networks: [...names('/run/netns'), ...names('/sys/class/net')].filter((name) => !name.startsWith('veth')),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(directory)),
    // A container may have none of these.
    groups: [...names('/sys/fs/cgroup'), ...names('/sys/fs/cgroup/memory')],
    images: names('/sys/block')
      .filter((name) => existsSync(`/sys/block/${name}/loop/backing_file`))
      .map((name) => readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8'))
      .filter((image) => image.includes(directory)),
  };
}

test(
  'goes up and down in a row, and leaves no process, namespace, mount or file outside its directory',
  async () => {
    const before = machine();
    const took: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = Date.now();
      await up(directory, quiet);
      took.push(((Date.now() - began) / 1000).toFixed(1));
      const spaces = itsSpaces();
      expect(spaces.size).toBeGreaterThan(3 * hosts.length);
      expect(inside(spaces).length).toBeGreaterThan(20);
      await down(directory, { wiped: false });
      expect(inside(spaces)).toEqual([]);
      expect(namingIt()).toEqual([]);
      expect(machine()).toEqual(before);
    }
    process.stderr.write(`seconds to go up: ${took.join(' ')}\n`);
  },
  60_000 * (rounds + 4),
);

test('that is killed while it goes up is repaired by the next up, and ended by down', async () => {
  const script = path.join(import.meta.dirname, '..', 'testbed', 'start.mjs');
  // Killed when a host is there: the switch alone, all of them half way, and with the controller.
  for (const sign of ['switch.pid', 'ctl.pid', 'c1.pid']) {
    const going = spawn(process.execPath, [script, 'up'], {
      env: { ...process.env, PIER_TESTBED: directory },
      stdio: 'ignore',
    });
    const ended = once(going, 'exit');
    await until(() => existsSync(path.join(directory, 'run', sign)));
    const spaces = itsSpaces();
    going.kill('SIGKILL');
    await ended;
    if (sign === 'c1.pid') {
      expect((await npmRunTestbed(directory, 'up')).exitCode).toBe(0);
      expect((await npmRunTestbed(directory, 'status')).exitCode).toBe(0);
    }
    await down(directory, { wiped: false });
    expect(inside(spaces)).toEqual([]);
  }
});

test('two live side by side and know nothing of each other', async () => {
  const other = testbedDirectory('life-other');
  await down(other, { wiped: true });
  try {
    await Promise.all([up(directory, quiet), up(other, quiet)]);
    const submit = ['sbatch', '--parsable', '--hold', '--wrap', 'true'];
    expect((await on(directory, 'login1', submit, { user: 'alice' })).exitCode).toBe(0);
    expect((await on(other, 'login1', ['squeue', '-h'])).stdout).toBe('');
    const file = ['touch', '/tmp/mine', '/scratch/mine'];
    await on(directory, 'c1', file);
    for (const name of ['/tmp/mine', '/scratch/mine']) {
      expect((await on(directory, 'c1', ['test', '-e', name])).exitCode).toBe(0);
      expect((await on(other, 'c1', ['test', '-e', name])).exitCode).toBe(1);
    }
    await down(other, { wiped: true });
    expect(existsSync(other)).toBe(false);
    expect((await on(directory, 'login1', ['squeue', '-h', '-o', '%u'])).stdout).toBe('alice\n');
  } finally {
    await down(other, { wiped: true });
    await down(directory, { wiped: false });
  }
});

test('making its database removes no temporary table of another that is being made', async () => {
  await using place = await sandbox();
  const another = path.join(tmpdir(), '#sql-temptable-0-0-0.MAI');
  await writeFile(another, '');
  try {
    await installDatabase(place.directory);
    expect(existsSync(another)).toBe(true);
    expect(readdirSync(place.directory).sort()).toEqual(['home', 'mysql']);
  } finally {
    await rm(another, { force: true });
  }
});

test('gives back a node that Slurm has taken out, in the next up', async () => {
  await up(directory, quiet);
  const drain = ['scontrol', 'update', 'NodeName=c1', 'State=DRAIN', 'Reason=Prolog error'];
  expect((await on(directory, 'ctl', drain)).exitCode).toBe(0);
  await down(directory, { wiped: false });
  await up(directory, quiet);
  expect((await on(directory, 'login1', ['sinfo', '-hN', '-n', 'c1', '-o', '%t'])).stdout).toMatch(/^(idle\n)+$/);
});

test('refuses a directory that it did not make, and leaves it as it is', async () => {
  await using box = await sandbox();
  await writeFile(path.join(box.directory, 'mine'), 'precious');
  for (const verb of ['up', 'wipe']) {
    const refused = await npmRunTestbed(box.directory, verb);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('is not one that a testbed made');
  }
  expect(readdirSync(box.directory).sort()).toEqual(['home', 'mine']);
  await mkdir(path.join(box.directory, 'home', 'empty'));
  expect((await npmRunTestbed(path.join(box.directory, 'home', 'empty'), 'down')).exitCode).toBe(0);
});

test('each host has a process list and a /tmp of its own, the same home, and only its own networks', async () => {
  await up(directory, quiet);
  const alice = { user: 'alice' };
  for (const { name } of hostsOf('login', 'compute')) {
    const seen = await on(
      directory,
      name,
      ['sh', '-c', 'hostname; ps -e -o comm= | grep -c slurmctld; ls -A /tmp'],
      alice,
    );
    expect(seen.stdout).toMatch(new RegExp(`^${name}\n0\n(jobs\n)?$`));
    await on(directory, name, ['sh', '-c', 'touch "/tmp/$(hostname)"; hostname >>seen'], alice);
  }
  expect((await on(directory, 'login2', ['sort', 'seen'], alice)).stdout).toBe('bm1\nc1\nc2\ng1\ng2\nlogin1\nlogin2\n');
  const reach = (from: string, address: string, port: number) =>
    on(directory, from, ['timeout', '3', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`]);
  expect((await reach('laptop', '10.51.0.11', 22)).exitCode).toBe(0);
  expect((await reach('laptop', '10.51.0.12', 22)).exitCode).toBe(0);
  expect((await reach('login1', '10.50.0.2', 6817)).exitCode).toBe(0);
  expect((await reach('laptop', '10.50.0.2', 6817)).stderr).toContain('Network is unreachable');
  expect((await reach('c1', '10.51.0.2', 22)).stderr).toContain('Network is unreachable');
  await down(directory, { wiped: false });
});
