import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from './command.ts';
import { writeDatabaseAccess } from './database.ts';
import { hostNamed, hosts, loginName, password, people, projects } from './layout.ts';
import { mirror } from './mirror.ts';
import { homes, hostKeys, pamConfig, sshdConfig } from './sign-in-files.ts';
import { slurmFiles } from './slurm-files.ts';

/**
 * Writes what the hosts will have in `/etc` and in their homes. All of it is written anew every time, but keys and homes.
 *
 * The machine's own `/etc` is what it starts from, since the programs in `/usr` want their settings; who lives here, the
 * machine's keys, its package sources and where its Python gets packages stay outside.
 */
export async function writeFiles(directory: string): Promise<void> {
  const etc = path.join(directory, 'etc');
  await mkdir(etc, { recursive: true });
  await command('cp', ['-a', '/etc/.', etc]);
  await command('rm', [
    '-rf',
    ...['slurm', 'pier', 'ssh', 'apt', 'pip.conf', 'uv', 'shadow-', 'gshadow', 'gshadow-', 'motd'].map((name) =>
      path.join(etc, name),
    ),
  ]);
  await writeShared(directory);
  for (const { name } of hosts) await writeOwn(directory, name);
  await writeDatabaseAccess(path.join(directory, 'hosts', 'ctl', 'etc'));
  await Promise.all([writeNames(etc), writeMunge(directory), writeSlurm(etc), writeSsh(directory)]);
}

async function writeNames(etc: string): Promise<void> {
  const taken = new RegExp(`^(${people.map(({ name }) => name).join('|')}):`);
  const machine = (file: string) =>
    readFileSync(`/etc/${file}`, 'utf8')
      .split('\n')
      .filter((line) => line && !taken.test(line));
  const hash = (await command('openssl', ['passwd', '-6', '-salt', 'piertest', '-stdin'], { input: password })).trim();
  const passwd = people.map(({ name, uid }) => `${name}:x:${uid}:${uid}:${name}:/home/${name}:/bin/bash`);
  const shadow = people.map(({ name }) => `${name}:${hash}:19000:0:99999:7:::`);
  const own = people.map(({ name, uid }) => `${name}:x:${uid}:`);
  const shared = [...projects].map(([group, gid]) => {
    const members = people.filter((person) => person.projects.includes(group));
    return `${group}:x:${gid}:${members.map(({ name }) => name).join(',')}`;
  });
  const addresses = hosts.flatMap(({ name, cluster, campus }) => {
    const address = cluster ?? campus;
    return [`${address} ${name}.cluster ${name}`];
  });
  await replace(etc, 'passwd', [...machine('passwd'), ...passwd]);
  await replace(etc, 'group', [...machine('group'), ...own, ...shared]);
  await replace(etc, 'shadow', [...machine('shadow').map((line) => line.replace(/:[^:]*/, ':*')), ...shadow], 0o640);
  await command('chgrp', ['shadow', path.join(etc, 'shadow')]);
  await replace(etc, 'hosts', ['127.0.0.1 localhost', `${hostNamed('ctl').cluster} ${mirror}`, ...addresses]);
  const sources = ['passwd', 'group', 'shadow', 'hosts', 'services', 'protocols'];
  await replace(
    etc,
    'nsswitch.conf',
    sources.map((source) => `${source}: files`),
  );
  await replace(etc, 'resolv.conf', []);
  // What a site without internet has for everybody's pip: its mirror, which it trusts without TLS.
  await replace(etc, 'pip.conf', ['[global]', `index-url = http://${mirror}/simple/`, `trusted-host = ${mirror}`]);
}

async function replace(etc: string, name: string, lines: readonly string[], mode = 0o644): Promise<void> {
  const file = path.join(etc, name);
  // Removed first: it may be a link that leads to the machine's own file.
  await rm(file, { force: true });
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, lines.map((line) => `${line}\n`).join(''), { mode });
  await chmod(file, mode);
}

async function writeMunge(directory: string): Promise<void> {
  const key = path.join(directory, 'keys', 'munge.key');
  await mkdir(path.dirname(key), { recursive: true, mode: 0o700 });
  if (!existsSync(key)) await writeFile(key, randomBytes(128), { mode: 0o400 });
  const munge = path.join(directory, 'etc', 'munge');
  await mkdir(munge, { recursive: true, mode: 0o700 });
  await command('cp', ['-f', '--preserve=mode', key, path.join(munge, 'munge.key')]);
  await chmod(munge, 0o700);
}

async function writeSlurm(etc: string): Promise<void> {
  for (const [name, text] of Object.entries(slurmFiles())) {
    const mode = name.endsWith('.sh') ? 0o755 : name === 'slurmdbd.conf' ? 0o600 : 0o644;
    await replace(etc, path.join('slurm', name), [text.trimEnd()], mode);
  }
  await command('chown', ['slurm', path.join(etc, 'slurm', 'slurmdbd.conf')]);
}

async function writeSsh(directory: string): Promise<void> {
  const etc = path.join(directory, 'etc');
  await replace(etc, 'ssh/sshd_config', [sshdConfig().trimEnd()]);
  await replace(etc, 'pam.d/sshd', [pamConfig().trimEnd()]);
  const known = await hostKeys(directory);
  await Promise.all(people.map((person) => homes(directory, person, known)));
}

/** What only one host has. */
async function writeOwn(directory: string, name: string): Promise<void> {
  const own = path.join(directory, 'hosts', name);
  for (const part of ['log', 'spool', 'etc']) await mkdir(path.join(own, part), { recursive: true });
  await replace(path.join(own, 'etc'), 'hostname', [name]);
  if (name !== 'laptop') return;
  const campus = hosts.flatMap((host) => (host.campus ? [`${host.campus} ${host.name}.cluster ${host.name}`] : []));
  await replace(path.join(own, 'etc'), 'hosts', [
    '127.0.0.1 localhost',
    `${loginName.address} ${loginName.name} ${loginName.name.split('.')[0]}`,
    ...campus,
  ]);
}

async function writeShared(directory: string): Promise<void> {
  const shared = path.join(directory, 'shared');
  for (const area of ['home', 'project', 'scratch', 'software']) {
    await mkdir(path.join(shared, area), { recursive: true, mode: 0o755 });
  }
  // As on Midway: /project/ada/alice, which the group can read and write in, and /scratch/midway3/alice, hers alone.
  for (const { name, uid, projects: groups } of people) {
    for (const group of groups) {
      const project = path.join(shared, 'project', group.replace('pi-', ''));
      const gid = projects.get(group) ?? 0;
      await folder(project, 0o2770, 0, gid);
      await folder(path.join(project, name), 0o2770, uid, gid);
    }
    await mkdir(path.join(shared, 'scratch', 'midway3'), { recursive: true, mode: 0o755 });
    await folder(path.join(shared, 'scratch', 'midway3', name), 0o700, uid, uid);
  }
}

async function folder(place: string, mode: number, uid: number, gid: number): Promise<void> {
  await mkdir(place, { recursive: true });
  await chown(place, uid, gid);
  // After chown(2), which takes the bit away that lets new files have the group.
  await chmod(place, mode);
}
