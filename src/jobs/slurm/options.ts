import type { Resources } from '../resources.ts';

/**
 * The options of sbatch(1) that ask for resources, the same on its command line and behind `#SBATCH`:
 * `--nodes=1 --ntasks=1 --time=120 --mem=16384M --cpus-per-task=4 --gres=gpu:a100:1 --partition=gpu --account=pi-ada`.
 *
 * Those that Slurm has had since 20.11 and before: not `--gpus`, which some sites' GPUs are not set up for.
 */
export function resourceOptions(wanted: Resources): string[] {
  const { seconds, memory, cpus, account, partition, qos, reservation } = wanted;
  return [
    '--nodes=1',
    '--ntasks=1',
    ...option('time', seconds && Math.ceil(seconds / 60)),
    ...option('mem', memory && `${memory}M`),
    ...option('cpus-per-task', cpus),
    ...option('gres', gresOf(wanted)),
    ...option('constraint', constraintOf(wanted)),
    ...option('partition', partition),
    ...option('qos', qos),
    ...option('account', account),
    ...option('reservation', reservation),
  ];
}

function option(name: string, value: string | number | null): string[] {
  return value === null ? [] : [`--${name}=${value}`];
}

function gresOf({ gpus }: Resources): string | null {
  if (!gpus) return null;
  const type = gpus.type !== null && gpus.select === 'gres' ? `:${gpus.type}` : '';
  return `gpu${type}:${gpus.count}`;
}

function constraintOf({ gpus, constraint }: Resources): string | null {
  const type = gpus?.select === 'constraint' ? gpus.type : null;
  if (type === null || constraint === null) return type ?? constraint;
  // What the user wrote may hold an "or" of its own.
  return /^[\w.-]+$/.test(constraint) ? `${constraint}&${type}` : `(${constraint})&${type}`;
}
