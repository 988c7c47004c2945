import { existsSync, readFileSync } from 'node:fs';
import { pidOf } from './processes.ts';

/** Where Slurm's own two servers listen, by default. */
export const ports = { slurmctld: 6817, slurmdbd: 6819 } as const;

/** Whether a TCP port of a host is listened on: read in its namespace's table, proc(5), so that asking costs no program. */
export function listens(directory: string, host: string, port: number): boolean {
  const pid = pidOf(directory, host);
  const wanted = new RegExp(`^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, '0')} \\S+ 0A `, 'm');
  return ['tcp', 'tcp6'].some((table) => wanted.test(readFileSync(`/proc/${pid}/net/${table}`, 'utf8')));
}

/** Whether a host has a file; its root is seen through its first process. */
export function hasFile(directory: string, host: string, file: string): boolean {
  return existsSync(`/proc/${pidOf(directory, host)}/root${file}`);
}
