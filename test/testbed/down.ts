import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { until } from '../sandbox.ts';
import { daemonNamed, isRunning, signalDaemon } from './daemons.ts';
import { exclusively, isTestbed, wipe } from './directory.ts';
import { imagesReleased } from './homes.ts';
import { endHost, firstProcess } from './processes.ts';

/** Ends the testbed. Homes, jobs and accounts stay for the next `up`, unless they are to be wiped. */
export async function down(directory: string, { wiped }: { readonly wiped: boolean }): Promise<void> {
  if (!existsSync(directory)) return;
  if (isTestbed(directory)) await exclusively(directory, () => halt(directory));
  if (wiped) await wipe(directory);
}

/** Lets the controller and the database write what they know, then ends the switch and so everything below it. */
export async function halt(directory: string): Promise<void> {
  await rm(path.join(directory, 'run', 'up'), { force: true });
  if (firstProcess(directory, 'ctl')) {
    for (const name of ['slurmctld', 'slurmdbd', 'mariadbd']) await stop(directory, name);
  }
  await endHost(directory, 'switch');
  await imagesReleased(directory);
}

async function stop(directory: string, name: string): Promise<void> {
  const daemon = daemonNamed(name);
  // One that is frozen would never hear of it.
  await signalDaemon(directory, daemon, 'CONT');
  if (!(await signalDaemon(directory, daemon, 'TERM'))) return;
  await until(() => !isRunning(directory, daemon), 5_000).catch(() => undefined);
}
