import type { Complaint, NodeShape, Partition } from './limits.ts';
import { admits, type Place } from './place.ts';
import type { Gpus, Resources } from './resources.ts';
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
  if (!partition.shapes.some((shape) => gpusOf(shape, gpus) > 0)) {
    const open = others.filter((one) => one.up && admits(one, wanted, account));
    return [{ option: 'gpus', ...noSuchGpus(gpus, partition, open) }];
  }
  const limits = [
    [`No node of the partition ${partition.name} has`, most(partition.shapes, (shape) => gpusOf(shape, gpus))],
    ...qos.flatMap((one) => [
      [`The QOS ${one.name} gives you`, one.maxGpusPerUser] as const,
      [`The QOS ${one.name} gives a job`, one.maxGpusPerJob] as const,
    ]),
    [`The account ${account?.name} has`, account?.maxGpus ?? null],
  ] as const;
  return tooMany('gpus', 'GPU', gpus.count, limits, gpus.type);
}

/** Where there are such GPUs, or else which there are. */
function noSuchGpus({ type, count }: Gpus, { name, shapes }: Partition, others: readonly Partition[]) {
  const called = type === null ? '' : ` called ${type}`;
  const having = others.filter((one) => one.shapes.some((shape) => hasType(shape, type)));
  const here = shapes.flatMap(typesOf);
  const message = `The partition ${name} has no GPUs${shapes.some((shape) => allGpus(shape) > 0) ? called : ''}.`;
  if (having.length > 0) return { message, change: `--partition ${oneOf(having.map((one) => one.name))}` };
  const types = [...new Set([...here, ...others.flatMap((one) => one.shapes.flatMap(typesOf))])];
  if (types.length > 0) {
    const instead = `--gpus ${oneOf(types)}`;
    return here.length > 0
      ? { message, change: instead }
      : { message: `No partition has GPUs${called}.`, change: instead };
  }
  const any = [...shapes, ...others.flatMap((one) => one.shapes)].some((shape) => allGpus(shape) > 0);
  return { message, change: any ? `--gpus ${count}` : 'Leave --gpus out: no partition has any.' };
}

/** One complaint, for the strictest of the limits; null is none. Of a type are only those that the nodes have. */
function tooMany(
  option: 'cpus' | 'gpus',
  thing: string,
  asked: number | null,
  limits: readonly (readonly [string, number | null])[],
  type: string | null = null,
): Complaint[] {
  const known = limits
    .flatMap(([who, limit]) => (limit === null ? [] : [{ who, limit }]))
    .sort((a, b) => a.limit - b.limit);
  const [strictest] = known;
  if (asked === null || !strictest || asked <= strictest.limit) return [];
  const { who, limit } = strictest;
  const what = who.startsWith('No node')
    ? `more than ${limit} ${type === null ? '' : `${type} `}${thing}s`
    : `${limit} ${thing}${limit === 1 ? '' : 's'} at most`;
  const change = `--${option} ${type === null ? '' : `${type}:`}${limit}`;
  return [{ option, message: `${who} ${what}; you asked for ${asked}.`, change }];
}

function memoryComplaints(wanted: Resources, { partition, others, account }: Place): Complaint[] {
  const { memory } = wanted;
  const limit = memoryOf(partition);
  if (memory === null || limit === null || memory <= limit) return [];
  const open = others.filter((one) => one.up && admits(one, wanted, account));
  const larger = open.filter((one) => (memoryOf(one) ?? 0) >= memory);
  const [largest] = open.toSorted((a, b) => (memoryOf(b) ?? 0) - (memoryOf(a) ?? 0));
  const most = (largest && memoryOf(largest)) ?? 0;
  const elsewhere =
    larger.length > 0
      ? `, or --partition ${oneOf(larger.map(({ name }) => name))}`
      : largest && most > limit
        ? `, or at most --partition ${largest.name} --mem ${typedMemory(most)}`
        : '';
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

function gpusOf(shape: NodeShape, { type, select }: Gpus): number {
  if (type === null) return allGpus(shape);
  if (select === 'constraint') return shape.features.includes(type) ? allGpus(shape) : 0;
  return shape.gpus[type] ?? 0;
}

function typesOf({ gpus }: NodeShape): string[] {
  return Object.keys(gpus).filter((type) => type !== '' && (gpus[type] ?? 0) > 0);
}

/** Whether it has such GPUs, in whichever way its partition is asked for a type. */
function hasType(shape: NodeShape, type: string | null): boolean {
  return allGpus(shape) > 0 && (type === null || type in shape.gpus || shape.features.includes(type));
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
