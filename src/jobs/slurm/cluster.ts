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

interface Configuration {
  readonly name: string | null;
  /** Seconds. */
  readonly minJobAge: number | null;
}

/** By `SLURM_CONF`, which leads to another one. */
const known = new Map<string, Promise<Configuration>>();

function configuration(): Promise<Configuration> {
  const key = process.env.SLURM_CONF ?? '';
  const asked = known.get(key) ?? readConfiguration();
  known.set(key, asked);
  return asked;
}

/**
 * The name of the cluster that Slurm's programs speak to from here; null when nobody says.
 *
 * Two clusters may share a home: what one says of its queue means nothing for the other's jobs. Read from slurm.conf, since
 * that asks nobody; `scontrol show config` where there is none to read.
 */
export async function clusterHere(): Promise<string | null> {
  return (await configuration()).name;
}

/**
 * Milliseconds for which the controller lists a job after its end: `MinJobAge`, by default 300 seconds (slurm.conf(5));
 * null where no configuration can be read.
 */
export async function listedAfterEnd(): Promise<number | null> {
  const { name, minJobAge } = await configuration();
  return name === null ? null : (minJobAge ?? 300) * 1000;
}

async function readConfiguration(): Promise<Configuration> {
  for (const file of [process.env.SLURM_CONF, ...configurations]) {
    const text = file && path.isAbsolute(file) ? await readFile(file, 'utf8').catch(() => '') : '';
    const name = clusterNameIn(text);
    if (name) return { name, minJobAge: minJobAgeIn(text) };
  }
  const answer = await ask('scontrol', ['show', 'config'], 10_000);
  if (!answer.answered) return { name: null, minJobAge: null };
  return { name: clusterNameIn(answer.stdout), minJobAge: minJobAgeIn(answer.stdout) };
}

/** `MinJobAge=60`, or `MinJobAge = 60 sec`, as scontrol prints it. A file that includes others may have it in one of these. */
export function minJobAgeIn(text: string): number | null {
  const age = /^\s*MinJobAge\s*=\s*(\d+)/im.exec(text)?.[1];
  // Where another file may say otherwise, the shortest that is sensible.
  return age === undefined ? (/^\s*include\s/im.test(text) ? 10 : null) : Number(age);
}

/** `ClusterName=midway3`, as slurm.conf has it, or `ClusterName = midway3`, as scontrol prints it. */
export function clusterNameIn(text: string): string | null {
  return /^\s*ClusterName\s*=\s*([\w.-]+)/im.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** Where what Slurm said is kept, for all of this user's processes on all hosts: `<state>/slurm/<cluster>`. */
export async function answersDirectory(): Promise<string> {
  return path.join(places().state, 'slurm', (await clusterHere()) ?? 'cluster');
}
