import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { must, on } from './enter.ts';
import { type Host, hosts } from './layout.ts';
import { pidOf } from './processes.ts';

/** One program that runs on a host as long as the host does. */
export interface Daemon {
  readonly name: string;
  readonly host: string;
  readonly start: readonly string[];
}

const mariadb = [
  '--no-defaults',
  '--datadir=/var/lib/mysql',
  '--socket=/run/mysqld/mysqld.sock',
  '--pid-file=/run/mysqld/mariadbd.pid',
  '--log-error=/run/mysqld/error.log',
  '--skip-networking',
  '--skip-log-bin',
  '--innodb-buffer-pool-size=48M',
  '--innodb-log-file-size=16M',
  '--innodb-flush-log-at-trx-commit=0',
  // slurmdbd refuses a shorter one.
  '--innodb-lock-wait-timeout=900',
  '--performance-schema=0',
  '--init-file=/etc/mysql/slurm.sql',
];

const as = (user: string, ...program: string[]) => ['runuser', '-u', user, '--', ...program];

/**
 * What runs on a host, in the order of starting.
 *
 * `slurmd -b` says that the node has booted: every host here has the machine's own boot time, and without it the
 * controller believes that the jobs of a node that was killed are still running there.
 */
export function daemonsOf({ name: host, role }: Host): readonly Daemon[] {
  const daemon = (name: string, ...start: string[]): Daemon => ({ name, host, start });
  const munged = daemon('munged', ...as('munge', '/usr/sbin/munged', '--num-threads=2'));
  switch (role) {
    case 'controller':
      return [
        munged,
        daemon('mariadbd', ...as('mysql', '/usr/sbin/mariadbd', ...mariadb)),
        daemon('slurmdbd', '/usr/sbin/slurmdbd'),
        daemon('slurmctld', '/usr/sbin/slurmctld'),
        daemon('mirror', '/opt/mirror'),
      ];
    case 'login':
      return [munged, daemon('sshd', '/usr/sbin/sshd')];
    case 'compute':
      return [munged, daemon('slurmd', '/usr/sbin/slurmd', '-b')];
    case 'laptop':
      return [];
  }
}

/** A daemon by name, such as `slurmctld` or `slurmd@c1`; the host is needed where several have it. */
export function daemonNamed(text: string): Daemon {
  const [name, host] = text.split('@');
  const found = hosts.flatMap(daemonsOf).filter((one) => one.name === name && (!host || one.host === host));
  const [only] = found;
  if (only && found.length === 1) return only;
  const all = hosts.flatMap(daemonsOf).map((one) => `${one.name}@${one.host}`);
  throw new Error(`${found.length > 1 ? 'Which' : 'There is no'} ${text}? ${all.join(', ')}`);
}

/** Starts a daemon; whatever it prints goes nowhere, since a daemon that holds our pipe would keep us waiting. */
export async function startDaemon(directory: string, daemon: Daemon): Promise<void> {
  if (!isRunning(directory, daemon)) await startNew(directory, [daemon]);
}

/** Starts daemons of one host, none of which runs, one after the other. */
export async function startNew(directory: string, daemons: readonly Daemon[]): Promise<void> {
  const [first] = daemons;
  if (!first) return;
  // mariadbd is the one that does not put itself in the background.
  const lines = daemons.map(({ name, start }) => [...(name === 'mariadbd' ? ['setsid', '-f'] : []), ...start]);
  const script = ['set -e', 'exec >/dev/null 2>&1 </dev/null', ...lines.map((words) => words.join(' '))];
  await must(directory, first.host, ['sh', '-c', script.join('\n')]);
}

/** Whether it runs on its host; one that is frozen runs. */
export function isRunning(directory: string, { name, host }: Daemon): boolean {
  return namesOn(directory, host).has(name);
}

/** The names of all that run on a host, without those that have ended and are not yet taken in. */
export function namesOn(directory: string, host: string): ReadonlySet<string> {
  const space = readlinkSync(`/proc/${pidOf(directory, host)}/ns/pid`);
  const names = readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || readlinkSync(`/proc/${pid}/ns/pid`) !== space) return [];
      // proc(5): `PID (NAME) STATE …`
      const [, name, state] = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/^\d+ \((.*)\) (\S)/s) ?? [];
      return name && state !== 'Z' ? [name] : [];
    } catch {
      // it ended while we looked
      return [];
    }
  });
  return new Set(names);
}

/** Signals a daemon on its own host; false when it does not run. */
export async function signalDaemon(directory: string, { name, host }: Daemon, signal: string): Promise<boolean> {
  return (await on(directory, host, ['pkill', `-${signal}`, '-x', name])).exitCode === 0;
}
