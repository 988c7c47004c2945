import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../sandbox.ts';

/**
 * Another computer, as far as addresses go: a network namespace with nothing but its own loopback.
 *
 * The one way out is ssh, to a real sshd that runs as this user (`sshd -i`, as a ProxyCommand).
 */
export interface Laptop extends AsyncDisposable {
  /** A Chromium that runs there; give it to playwright as the executable. */
  readonly chromium: string;
  /** Starts a command line as a person would paste it there; its ssh knows the way. */
  readonly paste: (line: string) => { readonly stop: () => Promise<void> };
  /** Whether something listens there on a port. */
  readonly listens: (port: number) => boolean;
}

export async function laptop(directory: string): Promise<Laptop> {
  const space = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 3600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(space.stdout, 'data');
  const enter = `nsenter --net=/proc/${space.pid}/ns/net --`;
  const chromium = await script(
    directory,
    'chromium',
    `exec ${enter} ${process.env.CHROMIUM ?? '/usr/bin/chromium'} "$@"`,
  );
  const bin = path.dirname(await script(directory, 'ssh', `exec /usr/bin/ssh -F ${await sshConfig(directory)} "$@"`));
  return {
    chromium,
    paste: (line) => {
      const pasted = spawn('sh', ['-c', `exec ${enter} sh -c '${line.replaceAll("'", "'\\''")}'`], {
        env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
        stdio: ['ignore', 'inherit', 'inherit'],
        detached: true,
      });
      return {
        stop: async () => {
          process.kill(-(pasted.pid as number), 'SIGTERM');
          await until(() => pasted.exitCode !== null || pasted.signalCode !== null);
        },
      };
    },
    listens: (port) => {
      const table = execFileSync('cat', [`/proc/${space.pid}/net/tcp`], { encoding: 'utf8' });
      return table.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`);
    },
    [Symbol.asyncDispose]: async () => {
      space.kill('SIGKILL');
    },
  };
}

async function script(directory: string, name: string, line: string): Promise<string> {
  const bin = path.join(directory, 'laptop-bin');
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, name), `#!/bin/sh\n${line}\n`);
  await chmod(path.join(bin, name), 0o755);
  return path.join(bin, name);
}

/** Keys for both sides, and an sshd that serves one connection on its standard input. */
async function sshConfig(directory: string): Promise<string> {
  const file = (name: string) => path.join(directory, name);
  for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
  execFileSync('cp', [file('user.pub'), file('authorized')]);
  // sshd run by root wants this directory, which Debian makes when the service starts.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const server = [
    `HostKey ${file('host')}`,
    `AuthorizedKeysFile ${file('authorized')}`,
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
  ];
  await writeFile(file('sshd_config'), `${server.join('\n')}\n`);
  const client = [
    'Host *',
    `  ProxyCommand /usr/sbin/sshd -i -e -f ${file('sshd_config')} 2>${file('sshd.log')}`,
    `  IdentityFile ${file('user')}`,
    '  IdentitiesOnly yes',
    '  BatchMode yes',
    '  StrictHostKeyChecking no',
    '  UserKnownHostsFile /dev/null',
    '  LogLevel ERROR',
    '  ExitOnForwardFailure yes',
  ];
  await writeFile(file('ssh_config'), `${client.join('\n')}\n`);
  return file('ssh_config');
}
