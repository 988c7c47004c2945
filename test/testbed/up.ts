import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError } from '../../src/files/index.ts';
import { which } from '../../src/process/index.ts';
import { until } from '../sandbox.ts';
import { addAccounts } from './accounts.ts';
import { writeCondaSoftware } from './conda-software.ts';
import { daemonNamed, startDaemon } from './daemons.ts';
import { installDatabase, startDatabase } from './database.ts';
import { claim, exclusively } from './directory.ts';
import { halt } from './down.ts';
import { on } from './enter.ts';
import { writeFiles } from './etc.ts';
import { mountHomes } from './homes.ts';
import { startDaemons, startHost, startSwitch } from './host.ts';
import { hosts, hostsOf } from './layout.ts';
import { prepareMirror } from './mirror.ts';
import { installPier } from './pier.ts';
import { firstProcess } from './processes.ts';
import { mountProjects } from './projects.ts';
import { writeSoftware } from './software.ts';

export type Say = (line: string) => void;

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
      await installPier(directory);
      return say('It is up already.');
    }
    await halt(directory);
    await rm(path.join(directory, 'run'), { recursive: true, force: true });
    await mkdir(path.join(directory, 'run'));
    await startAll(directory, timed(say));
    await writeFile(path.join(directory, 'run', 'up'), '');
  });
}

/** Whether an `up` came to its end and nothing has ended the testbed since. */
export function isUp(directory: string): boolean {
  return existsSync(path.join(directory, 'run', 'up')) && firstProcess(directory, 'switch') !== undefined;
}

async function startAll(directory: string, say: Say): Promise<void> {
  const installed = installDatabase(directory);
  await Promise.all([writeFiles(directory).then(() => writeSoftware(directory)), startSwitch(directory)]);
  await mountHomes(directory);
  await mountProjects(directory);
  say('directories mounted');
  await Promise.all([
    prepareMirror(directory, say)
      .then(() => writeCondaSoftware(directory))
      .then(() => say('conda there')),
    installPier(directory).then(() => say('pier installed')),
  ]);
  await installed;
  await startHost(directory, 'ctl');
  await startDaemon(directory, daemonNamed('munged@ctl'));
  await startDaemon(directory, daemonNamed('mirror'));
  await Promise.all([startController(directory, say), startOthers(directory, say)]);
  await until(() => allNodesAnswer(directory), 60_000);
  say('up');
}

async function startController(directory: string, say: Say): Promise<void> {
  await startDatabase(directory);
  say('slurmdbd answers');
  await addAccounts(directory);
  await startDaemon(directory, daemonNamed('slurmctld'));
  await until(async () => (await on(directory, 'ctl', ['scontrol', 'ping'])).stdout.includes('is UP'), 60_000);
  say('slurmctld answers');
}

async function startOthers(directory: string, say: Say): Promise<void> {
  const others = hosts.filter(({ name }) => name !== 'ctl');
  await Promise.all(
    others.map(async ({ name }) => {
      await startHost(directory, name);
      await startDaemons(directory, name);
    }),
  );
  say('hosts started');
}

/** sinfo's state of a node that does not answer ends in `*`. */
async function allNodesAnswer(directory: string): Promise<boolean> {
  const seen = await on(directory, 'login1', ['sinfo', '-hN', '-o', '%N %t']);
  const well = seen.stdout.split('\n').filter((line) => /^\S+ +(idle|mix|alloc|comp)$/.test(line));
  return hostsOf('compute').every(({ name }) => well.some((line) => line.startsWith(`${name} `)));
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
];

/** Says by name what the machine lacks. */
async function needed(): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new PierError('testbed-root', 'The testbed makes namespaces: it needs Linux, and to be root.');
  }
  const lacking: string[] = [];
  const searchPath = `${process.env.PATH}:/usr/sbin:/sbin`;
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

function timed(say: Say): Say {
  const began = Date.now();
  return (line) => say(`${((Date.now() - began) / 1000).toFixed(1)} s  ${line}`);
}
