// The testbed, as bench/slurm.mjs needs it: up, and people's shells on its hosts.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { finish } from './world.mjs';

/**
 * @typedef {object} Cluster
 * @property {(host: string, script: string, user?: string) => Promise<string>} shell a login shell there, with pier; alice's
 * @property {(host: string, script: string) => Promise<string>} on the same of a host that has no modules
 * @property {(host: string) => string} pidOf the process whose namespaces are the host
 */

/**
 * Brings a testbed up for `work`, and down afterwards.
 * @template Value
 * @param {import('./world.mjs').World} world
 * @param {(cluster: Cluster) => Promise<Value>} work
 */
export async function withCluster(world, work) {
  const directory = path.join(world.root, 'test', '.world', 'testbed-bench');
  const env = { ...process.env, PIER_TESTBED: directory };
  const start = path.join(world.root, 'test', 'testbed', 'start.mjs');
  const testbed = (verb) => finish(process.execPath, [start, verb], env);
  // Also when the run is ended by a signal.
  const atExit = () => spawnSync(process.execPath, [start, 'down'], { env, stdio: 'ignore' });
  const pidOf = (host) => readFileSync(path.join(directory, 'run', `${host}.pid`), 'utf8').split(' ')[0] ?? '';
  const shell = (host, script, user = 'alice') => on(host, `set -e; module load pier; cd; ${script}`, user);
  const on = (host, script, user = 'alice') => {
    const inside = ['-t', pidOf(host), '-m', '-u', '-i', '-n', '-p', '-r', '-w'];
    const variables = ['PATH=/usr/local/bin:/usr/bin:/bin', `HOME=/home/${user}`, `USER=${user}`, 'LANG=C.UTF-8'];
    const command = ['bash', '-lc', script];
    return finish('nsenter', [...inside, 'runuser', '-u', user, '--', 'env', '-i', ...variables, ...command], env);
  };
  process.once('exit', atExit);
  try {
    await testbed('up');
    return await work({ shell, on, pidOf });
  } finally {
    process.off('exit', atExit);
    await testbed('down');
  }
}
