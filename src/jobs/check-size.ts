import type { Complaint, NodeShape, Partition } from './limits.ts';
import { admits, type Place } from './place.ts';
import type { Resources } from './resources.ts';
import { oneOf, typedMemory } from './words.ts';

/** What of cores, memory, GPUs and features the nodes of a partition, or its limits, do not have. */
export function sizeComplaints(wanted: Resources, place: Place): Complaint[] {
  const complaints = [
    ...cpuComplaints(wanted, place),
    ...memoryComplaints(wanted, place),
    ...gpuComplaints(wanted, place),
    ...featureComplaints(wanted, place),
  ];
  return complaints.length > 0 ? complaints : togetherComplaints(wanted, place);
}

function cpuComplaints({ cpus }: Resources, { partition, account, qos }: Place): Complaint[] {
  return tooMany('cpus', 'core', cpus, [
    [`No node of the partition ${partition.name} has`, most(partition.shapes, ({ cpus: cores }) => cores)],
    [`The partition ${partition.name} gives a job`, partition.maxCpusPerNode],
    ...qos.flatMap((one) => [
      [`The QOS ${one.name} gives you`, one.maxCpusPerUser] as const,
      [`The QOS ${one.name} gives a job`, one.maxCpusPerJob] as const,
    ]),
    [`The account ${account?.name} has`, account?.maxCpus ?? null],
  ]);
}

function gpuComplaints(wanted: Resources, { partition, others, account, qos }: Place): Complaint[] {
  const { gpus } = wanted;
  if (!gpus || partition.shapes.length === 0) return [];
  const types = [...new Set(partition.shapes.flatMap(typesOf))].filter((type) => type !== '');
  if (most(partition.shapes, allGpus) === 0) {
    const having = others
      .filter((one) => one.up && admits(one, wanted, account) && one.shapes.some((shape) => allGpus(shape) > 0))
      .map(({ name }) => name);
    const change = having.length > 0 ? `--partition ${oneOf(having)}` : 'Leave --gpus out: no partition has any.';
    return [{ option: 'gpus', message: `The partition ${partition.name} has no GPUs.`, change }];
  }
  if (gpus.type !== null && !partition.shapes.some((shape) => gpusOf(shape, gpus) > 0)) {
    const change = types.length > 0 ? `--gpus ${oneOf(types)}` : `--gpus ${gpus.count}`;
    return [{ option: 'gpus', message: `The partition ${partition.name} has no GPUs called ${gpus.type}.`, change }];
  }
  return tooMany('gpus', 'GPU', gpus.count, [
    [`No node of the partition ${partition.name} has`, most(partition.shapes, (shape) => gpusOf(shape, gpus))],
    ...qos.flatMap((one) => [
      [`The QOS ${one.name} gives you`, one.maxGpusPerUser] as const,
      [`The QOS ${one.name} gives a job`, one.maxGpusPerJob] as const,
    ]),
    [`The account ${account?.name} has`, account?.maxGpus ?? null],
  ]);
}

/** One complaint, for the strictest of the limits; null is none. */
function tooMany(
  option: 'cpus' | 'gpus',
  thing: string,
  asked: number | null,
  limits: readonly (readonly [string, number | null])[],
): Complaint[] {
  const known = limits
    .flatMap(([who, limit]) => (limit === null ? [] : [{ who, limit }]))
    .sort((a, b) => a.limit - b.limit);
  const [strictest] = known;
  if (asked === null || !strictest || asked <= strictest.limit) return [];
  const { who, limit } = strictest;
  const what = who.startsWith('No node')
    ? `more than ${limit} ${thing}s`
    : `${limit} ${thing}${limit === 1 ? '' : 's'} at most`;
  return [{ option, message: `${who} ${what}; you asked for ${asked}.`, change: `--${option} ${limit}` }];
}

function memoryComplaints(wanted: Resources, { partition, others, account }: Place): Complaint[] {
  const { memory } = wanted;
  const limit = memoryOf(partition);
  if (memory === null || limit === null || memory <= limit) return [];
  const larger = others.filter((one) => one.up && admits(one, wanted, account) && (memoryOf(one) ?? 0) >= memory);
  const elsewhere = larger.length > 0 ? `, or --partition ${oneOf(larger.map(({ name }) => name))}` : '';
  const message = `A node of the partition ${partition.name} has ${typedMemory(limit)} for a job at most; you asked for ${typedMemory(memory)}.`;
  return [{ option: 'mem', message, change: `--mem ${typedMemory(limit)}${elsewhere}` }];
}

function memoryOf({ shapes, maxMemoryPerNode }: Partition): number | null {
  return smallest([most(shapes, ({ memory }) => memory), maxMemoryPerNode]);
}

/** Only a plain name: what the user wrote may be an expression of Slurm's. */
function featureComplaints({ constraint }: Resources, { partition }: Place): Complaint[] {
  if (constraint === null || !/^[\w.-]+$/.test(constraint) || partition.shapes.length === 0) return [];
  const features = [...new Set(partition.shapes.flatMap((shape) => shape.features))];
  if (features.includes(constraint)) return [];
  const message = `No node of the partition ${partition.name} has the feature ${constraint}.`;
  return [
    {
      option: 'constraint',
      message,
      change: features.length > 0 ? `--constraint ${oneOf(features)}` : 'Leave --constraint out.',
    },
  ];
}

/** Each alone may be had, and yet no node have all of them. */
function togetherComplaints({ cpus, memory, gpus }: Resources, { partition }: Place): Complaint[] {
  const { shapes } = partition;
  const fits = (shape: NodeShape) =>
    (cpus ?? 0) <= shape.cpus && (memory ?? 0) <= shape.memory && (!gpus || gpus.count <= gpusOf(shape, gpus));
  if (shapes.length === 0 || shapes.some(fits)) return [];
  const asked = [
    cpus && `${cpus} cores`,
    memory && `${typedMemory(memory)} of memory`,
    gpus && `${gpus.count} ${gpus.type ?? ''} GPUs`.replace('  ', ' '),
  ].filter(Boolean);
  return [
    {
      option: 'mem',
      message: `No node of the partition ${partition.name} has ${asked.join(' and ')} together.`,
      change: 'Ask for less with --cpus, --mem or --gpus.',
    },
  ];
}

function gpusOf(shape: NodeShape, { type, select }: NonNullable<Resources['gpus']>): number {
  if (type === null) return allGpus(shape);
  if (select === 'constraint') return shape.features.includes(type) ? allGpus(shape) : 0;
  return shape.gpus[type] ?? 0;
}

function typesOf(shape: NodeShape): string[] {
  return allGpus(shape) > 0 ? Object.keys(shape.gpus) : [];
}

function allGpus({ gpus }: NodeShape): number {
  return Object.values(gpus).reduce((sum, count) => sum + count, 0);
}

/** Null where nothing is known of the nodes. */
function most(shapes: readonly NodeShape[], count: (shape: NodeShape) => number): number | null {
  return shapes.length === 0 ? null : Math.max(...shapes.map(count));
}

function smallest(numbers: readonly (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null);
  return known.length === 0 ? null : Math.min(...known);
}
