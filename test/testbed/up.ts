import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError } from '../../src/files/index.ts';
import { which } from '../../src/process/index.ts';
import { until } from '../sandbox.ts';
import { addAccounts } from './accounts.ts';
import { searchPath } from './command.ts';
import { writeCondaSoftware } from './conda-software.ts';
import { daemonNamed, daemonsOf, startNew } from './daemons.ts';
import { installDatabase, startDatabase } from './database.ts';
import { claim, exclusively } from './directory.ts';
import { halt } from './down.ts';
import { on } from './enter.ts';
import { writeFiles } from './etc.ts';
import { mountHomes } from './homes.ts';
import { startHost, startSwitch } from './host.ts';
import { hosts, hostsOf } from './layout.ts';
import { listens, ports } from './listens.ts';
import { prepareMirror } from './mirror.ts';
import { all, type Phase, phases, type Say } from './phases.ts';
import { installPier, prepareSite } from './pier.ts';
import { firstProcess } from './processes.ts';
import { mountProjects } from './projects.ts';
import { setUpModuleTools, writeSoftware } from './software.ts';

/**
 * Brings the testbed up, and comes back when Slurm takes jobs on every node and both login nodes let people in.
 *
 * One that is up stays as it is. One that was left half way, by an `up` that was killed, is ended and started anew.
 */
export async function up(directory: string, say: Say): Promise<void> {
  await needed();
  await claim(directory);
  await exclusively(directory, async () => {
    if (isUp(directory)) {
      await prepareSite(directory);
      await installPier(directory);
      return say('It is up already.');
    }
    await halt(directory);
    await rm(path.join(directory, 'run'), { recursive: true, force: true });
    await mkdir(path.join(directory, 'run'));
    const began = Date.now();
    await startAll(directory, say);
    say(`It is up, after ${((Date.now() - began) / 1000).toFixed(1)} s.`);
    await writeFile(path.join(directory, 'run', 'up'), '');
  });
}

/** Whether an `up` came to its end and nothing has ended the testbed since. */
export function isUp(directory: string): boolean {
  return existsSync(path.join(directory, 'run', 'up')) && firstProcess(directory, 'switch') !== undefined;
}

/**
 * Side by side whatever can be. Hosts see `/software` as it is filled, so nothing in it keeps them waiting; what is mounted
 * or copied when they start has to be there.
 */
async function startAll(directory: string, say: Say): Promise<void> {
  const phase = phases(say);
  const database = phase('database made', () => installDatabase(directory));
  const files = phase('files written', () => writeFiles(directory));
  const switched = startSwitch(directory);
  const mirror = phase('mirror ready', () => prepareMirror(directory, say));
  const layer = files.then(() => writeLayer(directory));
  const mounts = all([files, switched]).then(() =>
    phase('homes and projects mounted', () => all([mountHomes(directory), mountProjects(directory)])),
  );
  const ready = all([layer, mounts]);
  const others = ready.then(() => phase('other hosts started', () => startOthers(directory)));
  const controller = all([ready, database, mirror]).then(() => startController(directory, phase));
  const software = [
    layer.then(() => phase('modules there', () => writeSoftware(directory))),
    all([files, mirror]).then(() => phase('conda there', () => writeCondaSoftware(directory))),
    layer.then(() => phase('pier installed', () => installPier(directory))),
  ];
  await all([others, controller, ...software]);
  await phase('nodes answer', () => until(() => allNodesServe(directory), 60_000));
}

/** What lies over the machine's `/usr` and in `/etc` when a host starts, besides what writeFiles wrote. */
async function writeLayer(directory: string): Promise<void> {
  await setUpModuleTools(directory);
  await prepareSite(directory);
}

async function startController(directory: string, phase: Phase): Promise<void> {
  await phase('controller started', async () => {
    await startHost(directory, 'ctl');
    await startNew(directory, ['munged@ctl', 'mirror', 'mariadbd'].map(daemonNamed));
  });
  await phase('slurmdbd answers', () => startDatabase(directory));
  await phase('accounts there', () => addAccounts(directory));
  await phase('slurmctld answers', async () => {
    await startNew(directory, [daemonNamed('slurmctld')]);
    await until(() => listens(directory, 'ctl', ports.slurmctld), 60_000);
    await until(async () => (await on(directory, 'ctl', ['scontrol', 'ping'])).stdout.includes('is UP'), 60_000);
  });
}

async function startOthers(directory: string): Promise<void> {
  const others = hosts.filter(({ name }) => name !== 'ctl');
  await all(
    others.map(async (host) => {
      await startHost(directory, host.name);
      await startNew(directory, daemonsOf(host));
    }),
  );
}

/** Whether every node answers, by sinfo, whose state of one that does not ends in `*`. */
async function allNodesServe(directory: string): Promise<boolean> {
  return (await giveNodesBack(directory)).every((state) => /^(idle|mix|alloc|comp)$/.test(state));
}

/**
 * Gives back what Slurm has taken out, as when a fault met the beginning of a job there (Prolog error, Duplicate jobid), as
 * its operator would. Resolves with the states before that, one for each node.
 */
export async function giveNodesBack(directory: string): Promise<readonly string[]> {
  const seen = await on(directory, 'login1', ['sinfo', '-hN', '-o', '%N %t']);
  const states = new Map(seen.stdout.split('\n').map((line) => line.split(' ') as [string, string]));
  const nodes = hostsOf('compute').map(({ name }) => ({ name, state: states.get(name) ?? '' }));
  for (const { name, state } of nodes) {
    if (/^dr/.test(state)) await on(directory, 'ctl', ['scontrol', 'update', `NodeName=${name}`, 'State=RESUME']);
  }
  return nodes.map(({ state }) => state);
}

const programs = [
  'slurmctld:slurmctld',
  'slurmd:slurmd',
  'slurmdbd:slurmdbd',
  'sinfo:slurm-client',
  'munged:munge',
  'mariadbd:mariadb-server',
  'sshd:openssh-server',
  'oathtool:oathtool',
  'google-authenticator:libpam-google-authenticator',
  'nft:nftables',
  'ip:iproute2',
  'mkfs.ext4:e2fsprogs',
  'mkfs.btrfs:btrfs-progs',
  '/etc/profile.d/lmod.sh:lmod',
  'tclsh8.6:tcl8.6',
  '/usr/bin/python3:python3',
  '/usr/lib/python3/dist-packages/fusepy.py:python3-fusepy',
];

/** Says by name what the machine lacks. */
async function needed(): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new PierError('testbed-root', 'The testbed makes namespaces: it needs Linux, and to be root.');
  }
  const lacking: string[] = [];
  for (const entry of programs) {
    const [program = '', debian = ''] = entry.split(':');
    const there = program.startsWith('/') ? existsSync(program) : await which(program, searchPath);
    if (!there) lacking.push(debian);
  }
  if (lacking.length === 0) return;
  throw new PierError('testbed-programs', `The testbed needs ${lacking.join(', ')}.`, {
    hint: `apt-get install --no-install-recommends ${lacking.join(' ')}`,
  });
}
