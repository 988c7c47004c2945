import { until } from '../sandbox.ts';
import { daemonNamed, isRunning, signalDaemon, startDaemon } from './daemons.ts';
import { must } from './enter.ts';
import { startDaemons, startHost } from './host.ts';
import { hostNamed } from './layout.ts';
import { drop, pass } from './network.ts';
import { endHost } from './processes.ts';

/** One fault or its repair, done on `target`: a daemon such as `slurmd@c1`, or a host. */
type Act = (directory: string, target: string, argument: string | undefined) => Promise<void>;

const signal =
  (name: string): Act =>
  async (directory, target) => {
    if (!(await signalDaemon(directory, daemonNamed(target), name))) throw new Error(`${target} does not run.`);
  };

/** Room on a host's own disk, as host.sh mounts it. */
const localDisk = '1g';

const acts: Record<string, Act> = {
  // One with many threads takes a moment to be gone: until then a start would find it running, and do nothing.
  kill: async (directory, target) => {
    await signal('KILL')(directory, target, undefined);
    await until(() => !isRunning(directory, daemonNamed(target)));
  },
  freeze: signal('STOP'),
  thaw: signal('CONT'),
  start: (directory, target) => startDaemon(directory, daemonNamed(target)),

  off: (directory, target) => endHost(directory, hostNamed(target).name),
  on: async (directory, target) => {
    await startHost(directory, hostNamed(target).name);
    await startDaemons(directory, target);
  },

  cut: (directory, target) => drop(directory, hostNamed(target), 100),
  lossy: (directory, target, percent = '30') => drop(directory, hostNamed(target), Number(percent)),
  mend: (directory, target) => pass(directory, hostNamed(target)),

  // A memory disk that is made as small as what is on it is full, and costs no memory.
  fill: async (directory, target) => {
    const used = await must(directory, target, ['df', '--output=used', '-k', '/tmp']);
    const kilobytes = Math.max(Number(used.split('\n')[1]), 4);
    await must(directory, target, ['mount', '-o', `remount,size=${kilobytes}k`, '/tmp']);
  },
  empty: async (directory, target) => {
    await must(directory, target, ['mount', '-o', `remount,size=${localDisk}`, '/tmp']);
  },
};

export const faultUsage = `./testbed fault kill|freeze|thaw|start DAEMON   slurmctld, slurmdbd, mariadbd, mirror, slurmd@c1, munged@login1, sshd@login2
./testbed fault off|on HOST                     end a host with all that runs on it; start it again
./testbed fault cut|mend HOST                   no packet reaches or leaves it; all do again
./testbed fault lossy HOST PERCENT              so many of a hundred packets are lost
./testbed fault fill|empty HOST                 its own disk (/tmp) is full; has room again
`;

/** Makes a fault, or repairs it; comes back when it is made. */
export async function fault(directory: string, [name = '', target = '', argument]: readonly string[]): Promise<void> {
  const act = acts[name];
  if (!act || !target) throw new Error(`Which fault?\n${faultUsage}`);
  await act(directory, target, argument);
}
