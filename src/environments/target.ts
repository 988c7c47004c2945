import { PierError } from '../files/index.ts';
import { quote } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import { readEnvironmentRecord } from './record.ts';

/** What an environment is for, where that is not the machine it is made on. */
export interface Target {
  /** Null when only the CUDA was said. */
  readonly partition: string | null;
  /** The newest CUDA that the driver of the GPUs there runs, such as `12.4`; null: there are no GPUs. */
  readonly cuda: string | null;
}

/** What a person said of it, and what pier has to say to that. */
export interface TargetChoice {
  /** Null: packages are chosen for the machine it is made on. */
  readonly target: Target | null;
  readonly remark: string | null;
}

interface Asked {
  readonly partition?: string;
  /** A version, or `none`. */
  readonly cuda?: string;
}

/**
 * Decides for which CUDA packages are chosen: what was said, else what the profile says of the partition.
 *
 * Errors: `partition-unknown`, `usage`.
 */
export function chooseTarget(site: Site, { partition, cuda }: Asked): TargetChoice {
  if (cuda !== undefined && cuda !== 'none' && !/^\d{1,2}(\.\d{1,2})?$/.test(cuda)) {
    throw new PierError('usage', `--cuda ${cuda} is no version of CUDA.`, {
      hint: '--cuda 12.4, as nvidia-smi shows it on a machine that has the GPUs, or --cuda none',
    });
  }
  if (partition === undefined && cuda === undefined) return { target: null, remark: null };
  const said = cuda === undefined ? cudaIn(site, partition ?? '') : cuda === 'none' ? null : cuda;
  if (said === undefined) return { target: null, remark: unknownCuda(site, partition ?? '') };
  const target = { partition: partition ?? null, cuda: said };
  return { target, remark: describeTarget(target) };
}

/** Undefined: nobody knows. */
function cudaIn(site: Site, name: string): string | null | undefined {
  const { partitions } = site.profile.slurm;
  const partition = partitions[name];
  if (!partition) {
    const known = Object.keys(partitions);
    throw new PierError('partition-unknown', `The profile ${site.id} has no partition ${name}.`, {
      hint:
        known.length > 0
          ? `It has ${known.join(', ')}. Of another one say what its GPUs have: --cuda 12.4, or --cuda none`
          : 'Say what its GPUs have: --cuda 12.4, as nvidia-smi shows it there, or --cuda none',
    });
  }
  if (partition.cuda) return partition.cuda;
  return partition.gpus === 0 ? null : undefined;
}

function unknownCuda(site: Site, partition: string): string {
  return `The profile ${site.id} does not say which CUDA the GPUs of ${partition} have, so packages are chosen as for \
this machine. nvidia-smi shows it in a job there; then add --cuda VERSION (or --cuda none).`;
}

/** `For the partition gpu, whose GPUs run CUDA 12.4 or older, not for this machine (…).` */
function describeTarget(target: Target): string {
  const { partition, cuda } = target;
  const where = partition === null ? '' : ` the partition ${partition}`;
  const what = cuda === null ? 'no GPUs' : `GPUs that run CUDA up to ${cuda}`;
  const own = Object.entries(process.env).filter(([name, value]) => name in variablesOf(target) && value !== undefined);
  const instead = own.map(([name, value]) => ` But ${name}=${value} is set here, and counts instead.`);
  return `Packages are chosen for${where === '' ? ` ${what}` : `${where}, which has ${what}`}, not for this machine.${instead.join('')}`;
}

/**
 * The oldest driver that runs programs made for a CUDA (NVIDIA, CUDA Compatibility: any minor version of one major one).
 * uv decides by it, as nvidia-smi would tell it on the machine itself.
 */
const drivers: readonly (readonly [major: number, driver: string])[] = [
  [13, '580.65.06'],
  [12, '525.60.13'],
  [11, '450.80.02'],
];

/** Variables by which conda (its virtual package `__cuda`) and uv (its back end for torch) choose for it. */
function variablesOf({ cuda }: Target): Record<string, string> {
  if (cuda === null) return { CONDA_OVERRIDE_CUDA: '', UV_TORCH_BACKEND: 'cpu' };
  const driver = drivers.find(([major]) => Number(cuda.split('.')[0]) >= major)?.[1];
  // A CUDA that old no torch is made for any more.
  const torch = driver ? { UV_TORCH_BACKEND: 'auto', UV_CUDA_DRIVER_VERSION: driver } : { UV_TORCH_BACKEND: 'cpu' };
  return { CONDA_OVERRIDE_CUDA: cuda, ...torch };
}

/** The same, but for those that the person has set. */
export function targetVariables(target: Target | null): Record<string, string> {
  const all = target ? Object.entries(variablesOf(target)) : [];
  return Object.fromEntries(all.filter(([name]) => process.env[name] === undefined));
}

/** The same as a person would type them: those whose names begin so. */
export function targetExports(target: Target | null, beginning: string): string[] {
  const named = Object.entries(targetVariables(target)).filter(([name]) => name.startsWith(beginning));
  return named.map(([name, value]) => `export ${name}=${quote(value)}`);
}

/** What an environment was made for, for whoever changes it. */
export function targetAt(prefix: string): Target | null {
  return readEnvironmentRecord(prefix)?.target ?? null;
}

/** Packages that come in another build for each CUDA, by the names that conda and the index have for them. */
const accelerated =
  /^(torch(vision|audio)?|pytorch(-gpu)?|tensorflow(-gpu)?|jax(lib)?|cupy|cuda(-[\w-]+)?|cudatoolkit|cudnn|__cuda)\b/i;

/** What to say where such a package is asked for on a cluster, and not what for. */
export function targetHint(site: Site, specs: readonly string[]): string | null {
  const { scheduler, slurm } = site.profile;
  const spec = scheduler === 'none' ? undefined : specs.find((one) => accelerated.test(one.replace(/^.*::/, '')));
  if (spec === undefined) return null;
  const [name] = Object.entries(slurm.partitions).find(([, { gpus, cuda }]) => (gpus ?? 0) > 0 || cuda) ?? [];
  return `${spec} is chosen as for this machine. If it is for a partition with GPUs, say which: --for ${name ?? 'PARTITION'}`;
}
