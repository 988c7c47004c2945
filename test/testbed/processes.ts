import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { identityOf, liveness, type ProcessIdentity } from '../../src/files/index.ts';
import { signalRecorded } from '../../src/process/index.ts';
import { until } from '../sandbox.ts';

/** Where a host's first process says which one it is: its pid here, and when it started. */
function recordOf(directory: string, host: string): string {
  return path.join(directory, 'run', `${host}.pid`);
}

/** The first process of a host's pid namespace, as this machine sees it; undefined when the host is off. */
export function firstProcess(directory: string, host: string): ProcessIdentity | undefined {
  const file = recordOf(directory, host);
  if (!existsSync(file)) return undefined;
  const [pid, start] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  if (!pid || !start) return undefined;
  const identity = { ...identityOf(pid), start };
  return liveness(identity) === 'alive' ? identity : undefined;
}

/** The pid to enter a host by; throws when the host is off. */
export function pidOf(directory: string, host: string): number {
  const first = firstProcess(directory, host);
  if (!first) throw new Error(`${host} is off.`);
  return first.pid;
}

/**
 * Ends a host with everything that runs on it, and waits for that.
 *
 * The kernel kills a pid namespace with its first process, and lets that one go only when all the others are gone.
 */
export async function endHost(directory: string, host: string): Promise<void> {
  const first = firstProcess(directory, host);
  if (!first) return;
  signalRecorded(first, 'SIGKILL', 'process');
  await until(() => !existsSync(`/proc/${first.pid}`) || liveness(first) === 'dead');
}
