import { PierError } from '../../files/index.ts';
import type { Profile } from '../../site/index.ts';
import type { Gpus } from '../resources.ts';

type Partitions = Profile['slurm']['partitions'];

interface Wanted {
  readonly count: number;
  readonly type: string | null;
}

/**
 * The partition of a job: the one that is named, else the default one; for GPUs, where that has none, the one that has.
 *
 * Undefined leaves it to the scheduler. Whether a name is right only the scheduler knows: no profile has all of them.
 * Error: `usage` when several have such GPUs.
 */
export function choosePartition(
  { slurm }: Profile,
  named: string | undefined,
  gpus: Wanted | null,
): { readonly name: string; readonly from: string } | undefined {
  if (named !== undefined) return { name: refuseNoName('partition', named), from: 'the command line' };
  const usual = slurm.default_partition;
  const fallback = usual === null ? undefined : { name: usual, from: 'the site’s profile (slurm.default_partition)' };
  if (!gpus || gpus.count === 0) return fallback;
  const able = partitionsWith(slurm.partitions, gpus);
  if (able.length === 0 || (usual !== null && able.includes(usual))) return fallback;
  const [only, ...others] = able;
  if (only && others.length === 0) return { name: only, from: 'the site’s profile: only it has such GPUs' };
  throw new PierError('usage', `Which partition? ${able.join(', ')} have such GPUs.`, { hint: `--partition ${only}` });
}

function partitionsWith(partitions: Partitions, { type }: Wanted): string[] {
  return Object.entries(partitions).flatMap(([name, partition]) => {
    const types = Object.keys(partition.gpu_types ?? {});
    const has = (partition.gpus ?? 0) > 0 || types.length > 0;
    return has && (type === null || types.length === 0 || types.includes(type)) ? [name] : [];
  });
}

/** How the GPUs are asked for in a partition, as the profile says it; null for none. */
export function chooseGpus({ slurm }: Profile, partition: string | null, { count, type }: Wanted): Gpus | null {
  if (count === 0) return null;
  const known = partition === null ? undefined : slurm.partitions[partition];
  return { count, type, select: known?.gpu_select ?? 'gres' };
}

/** Refuses what no scheduler would take for a name. Error: `usage`. */
export function refuseNoName(option: 'partition' | 'qos' | 'account', typed: string): string {
  if (/^[A-Za-z0-9][\w.,-]{0,127}$/.test(typed)) return typed;
  throw new PierError('usage', `--${option} ${JSON.stringify(typed)}: this is no name.`, {
    hint: 'Names are of letters, digits, ".", "_" and "-".',
  });
}
