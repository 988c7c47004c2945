import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { command } from './command.ts';
import { codeSecret, hostsOf, loginName, type Person, people } from './layout.ts';

/** sshd asks each person for what `signIn` says; see sshd_config(5), AuthenticationMethods. */
export function sshdConfig(): string {
  const methods = {
    key: 'publickey',
    'key+code': 'publickey,keyboard-interactive:pam',
    'password+code': 'keyboard-interactive:pam',
  };
  const lines = [
    'HostKey /etc/ssh/ssh_host_ed25519_key',
    'UsePAM yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication yes',
    'AuthenticationMethods publickey',
    'AllowTcpForwarding yes',
    'GatewayPorts no',
    'MaxStartups 100',
    'PrintMotd no',
    'AcceptEnv LANG LC_*',
    'Subsystem sftp /usr/lib/openssh/sftp-server',
    ...people.flatMap(({ name, signIn }) => [`Match User ${name}`, `  AuthenticationMethods ${methods[signIn]}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The password (of those who have no key), then the code. The key was sshd's own matter. */
export function pamConfig(): string {
  const keyed = people.filter(({ signIn }) => signIn === 'key+code').map(({ name }) => name);
  return [
    `auth [success=1 default=ignore] pam_succeed_if.so quiet user in ${keyed.join(':')}`,
    'auth required pam_unix.so',
    'auth required pam_google_authenticator.so',
    'account required pam_unix.so',
    'session required pam_env.so',
    'session required pam_unix.so',
    '',
  ].join('\n');
}

/** A host key for each login node, which the laptop knows under the node's own name and under the common one. */
export async function hostKeys(directory: string): Promise<string> {
  const known: string[] = [];
  for (const { name, campus } of hostsOf('login')) {
    const key = path.join(directory, 'hosts', name, 'etc', 'ssh', 'ssh_host_ed25519_key');
    await makeKey(key, name);
    const publicKey = (await readFile(`${key}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
    known.push(`${loginName.name},login,${loginName.address},${name}.cluster,${name},${campus} ${publicKey}`);
  }
  return `${known.join('\n')}\n`;
}

/** A person's home on the laptop, with the key; and in `keys/NAME` what homes.sh puts into the one on the cluster. */
export async function homes(directory: string, person: Person, knownHosts: string): Promise<void> {
  const laptop = path.join(directory, 'hosts', 'laptop', 'home', person.name);
  const key = path.join(laptop, '.ssh', 'id_ed25519');
  await makeKey(key, `${person.name}@laptop`);
  await writeFile(path.join(laptop, '.ssh', 'known_hosts'), knownHosts);
  await chmod(path.join(laptop, '.ssh'), 0o700);
  await chmod(laptop, 0o700);
  await command('chown', ['-R', `${person.uid}:${person.uid}`, laptop]);

  const cluster = path.join(directory, 'keys', person.name);
  await mkdir(path.join(cluster, '.ssh'), { recursive: true });
  if (person.signIn !== 'password+code') await copyFile(`${key}.pub`, path.join(cluster, '.ssh', 'authorized_keys'));
  const codes = path.join(cluster, '.google_authenticator');
  await command('rm', ['-f', codes]);
  await writeFile(codes, `${codeSecret}\n" WINDOW_SIZE 3\n" TOTP_AUTH\n`, { mode: 0o400 });
}

async function makeKey(file: string, comment: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  if (existsSync(`${file}.pub`)) return;
  // Half a pair is left when this is killed: the public half is written last.
  await command('rm', ['-f', file]);
  await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
}
