import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { places } from '../../files/index.ts';
import { ask } from './ask.ts';

/** Where slurm.conf is, as packages, sites and "configless" daemons put it. */
const configurations = [
  '/etc/slurm/slurm.conf',
  '/run/slurm/conf/slurm.conf',
  '/etc/slurm-llnl/slurm.conf',
  '/usr/local/etc/slurm.conf',
];

let known: Promise<string | null> | undefined;

/**
 * The name of the cluster that Slurm's programs speak to from here; null when nobody says.
 *
 * Two clusters may share a home: what one says of its queue means nothing for the other's jobs. Read from slurm.conf, since
 * that asks nobody; `scontrol show config` where there is none to read.
 */
export function clusterHere(): Promise<string | null> {
  known ??= findName();
  return known;
}

async function findName(): Promise<string | null> {
  for (const file of [process.env.SLURM_CONF, ...configurations]) {
    const text = file && path.isAbsolute(file) ? await readFile(file, 'utf8').catch(() => '') : '';
    const name = clusterNameIn(text);
    if (name) return name;
  }
  const answer = await ask('scontrol', ['show', 'config'], 10_000);
  return answer.answered ? clusterNameIn(answer.stdout) : null;
}

/** `ClusterName=midway3`, as slurm.conf has it, or `ClusterName = midway3`, as scontrol prints it. */
export function clusterNameIn(text: string): string | null {
  return /^\s*ClusterName\s*=\s*([\w.-]+)/im.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Where what Slurm said is kept, for all of this user's processes on all hosts: `<state>/slurm/<cluster>`. */
export async function answersDirectory(): Promise<string> {
  return path.join(places().state, 'slurm', (await clusterHere()) ?? 'cluster');
}
