import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../sandbox.ts';
import { command } from './command.ts';
import { daemonNamed, startDaemon } from './daemons.ts';
import { must, on } from './enter.ts';

const socket = ['--no-defaults', '-S', '/run/mysqld/mysqld.sock'];

/** Makes MariaDB's data directory where there is none: whole or not at all. */
export async function installDatabase(directory: string): Promise<void> {
  const data = path.join(directory, 'mysql');
  if (existsSync(data)) return;
  const part = `${data}.part`;
  await command('rm', ['-rf', part]);
  await command('install', ['-d', '-m', '700', part]);
  const small = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=48M', '--innodb-flush-method=nosync'];
  const quick = ['--skip-test-db', '--auth-root-authentication-method=socket', ...small];
  // As root: above a clone in a private directory the user mysql gets nowhere. Within the testbed it has the directory.
  await command('mariadb-install-db', ['--no-defaults', '--user=root', `--datadir=${part}`, ...quick]);
  await command('chown', ['-R', 'mysql:mysql', part]);
  await rename(part, data);
}

/** MariaDB, then slurmdbd, each asked until it answers. */
export async function startDatabase(directory: string): Promise<void> {
  await startDaemon(directory, daemonNamed('mariadbd'));
  await until(async () => (await on(directory, 'ctl', ['mariadb-admin', ...socket, 'ping'])).exitCode === 0);
  const access = [
    'CREATE DATABASE IF NOT EXISTS slurm_acct;',
    "CREATE USER IF NOT EXISTS slurm@localhost IDENTIFIED BY 'slurm';",
    'GRANT ALL ON slurm_acct.* TO slurm@localhost;',
  ];
  await must(directory, 'ctl', ['mariadb', ...socket], { input: access.join('\n') });
  await startDaemon(directory, daemonNamed('slurmdbd'));
  await until(async () => (await on(directory, 'ctl', ['sacctmgr', '-n', 'show', 'cluster'])).exitCode === 0);
}
