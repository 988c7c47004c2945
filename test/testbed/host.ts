import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { start } from '../../src/process/index.ts';
import { until } from '../sandbox.ts';
import { command } from './command.ts';
import { daemonsOf, startDaemon } from './daemons.ts';
import { hostNamed } from './layout.ts';
import { hasFile } from './listens.ts';
import { plugIn } from './network.ts';
import { firstProcess, pidOf } from './processes.ts';

const script = (name: string) => path.join(import.meta.dirname, name);

/** A path without a program of this machine's own; the same in every host. */
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * Starts the switch: `unshare --pid --mount --net --fork --kill-child switch.sh DIRECTORY`.
 *
 * It records itself before it does anything else, so that whoever comes after us finds it even if we are killed here.
 */
export async function startSwitch(directory: string): Promise<void> {
  await mkdir(path.join(directory, 'run'), { recursive: true });
  await mkdir(path.join(directory, 'root'), { recursive: true });
  if (firstProcess(directory, 'switch')) return;
  const log = path.join(directory, 'run', 'switch.log');
  const output = await open(log, 'w');
  const unshare = ['--pid', '--mount', '--net', '--fork', '--kill-child=KILL', 'bash', script('switch.sh'), directory];
  try {
    const started = await start('unshare', unshare, { env, output: output.fd, ownSession: true });
    let over = false;
    started.ended.then(() => {
      over = true;
    });
    await until(() => over || firstProcess(directory, 'switch'));
    if (over) throw new Error(`The testbed's switch did not start: ${await readFile(log, 'utf8')}`);
  } finally {
    await output.close();
  }
}

/** Starts a host and plugs it in; one that is on stays as it is. */
export async function startHost(directory: string, name: string): Promise<void> {
  if (firstProcess(directory, name)) return;
  const host = hostNamed(name);
  const log = path.join(directory, 'run', `${name}.log`);
  await rm(log, { force: true });
  // Below the switch, and nobody's child outside it: setsid leaves it to the switch's first process.
  const space = ['--pid', '--mount', '--net', '--uts', '--ipc', '--fork', '--kill-child=KILL'];
  const boot = [
    'unshare',
    ...space,
    'bash',
    script('host.sh'),
    directory,
    name,
    host.role,
    String(host.gpus?.count ?? 0),
  ];
  const below = ['-t', String(pidOf(directory, 'switch')), '-m', '-n', '-p'];
  const quietly = 'log=$1; shift; exec setsid -f "$@" >"$log" 2>&1 </dev/null';
  await command('nsenter', [...below, 'env', '-i', `PATH=${env.PATH}`, 'sh', '-c', quietly, 'sh', log, ...boot]);
  try {
    await until(() => firstProcess(directory, name), 20_000);
    await until(() => hasFile(directory, name, '/run/testbed-host-is-ready'), 10_000);
  } catch (cause) {
    const said = existsSync(log) ? await readFile(log, 'utf8') : '';
    throw new Error(`${name} did not start: ${said}`, { cause });
  }
  await plugIn(directory, host);
}

/** Starts whatever of a host's daemons does not run. */
export async function startDaemons(directory: string, name: string): Promise<void> {
  for (const daemon of daemonsOf(hostNamed(name))) await startDaemon(directory, daemon);
}
