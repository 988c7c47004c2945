import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../sandbox.ts';
import { command } from './command.ts';
import { daemonNamed, startNew } from './daemons.ts';
import { hasFile, listens, ports } from './listens.ts';

/** Makes MariaDB's data directory where there is none: whole or not at all. */
export async function installDatabase(directory: string): Promise<void> {
  const data = path.join(directory, 'mysql');
  if (existsSync(data)) return;
  const part = `${data}.part`;
  // Every MariaDB that starts removes all of its kind from where it keeps temporary tables, those of another one that is
  // just being made, too.
  const temporary = `${part}.tmp`;
  await command('rm', ['-rf', part, temporary]);
  await command('install', ['-d', '-m', '700', part, temporary]);
  const small = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=48M', '--innodb-flush-method=nosync'];
  const quick = ['--skip-test-db', '--auth-root-authentication-method=socket', `--tmpdir=${temporary}`, ...small];
  // As root: above a clone in a private directory the user mysql gets nowhere. Within the testbed it has the directory.
  await command('mariadb-install-db', ['--no-defaults', '--user=root', `--datadir=${part}`, ...quick]);
  await command('chown', ['-R', 'mysql:mysql', part]);
  await rm(temporary, { recursive: true });
  await rename(part, data);
}

/** Run by MariaDB at every start (mariadbd --init-file), before anybody is let in: a line is a statement. */
export async function writeDatabaseAccess(etc: string): Promise<void> {
  const access = [
    'CREATE DATABASE IF NOT EXISTS slurm_acct;',
    "CREATE USER IF NOT EXISTS slurm@localhost IDENTIFIED BY 'slurm';",
    'GRANT ALL ON slurm_acct.* TO slurm@localhost;',
  ];
  await mkdir(path.join(etc, 'mysql'), { recursive: true });
  await writeFile(path.join(etc, 'mysql', 'slurm.sql'), `${access.join('\n')}\n`);
}

/** slurmdbd, once MariaDB, which was started, lets it in. */
export async function startDatabase(directory: string): Promise<void> {
  await until(() => hasFile(directory, 'ctl', '/run/mysqld/mysqld.sock'));
  await startNew(directory, [daemonNamed('slurmdbd')]);
  await until(() => listens(directory, 'ctl', ports.slurmdbd));
}
