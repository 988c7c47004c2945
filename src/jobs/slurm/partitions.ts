import type { NodeShape, Partition } from '../limits.ts';
import { ask } from './ask.ts';
import { listOf } from './table.ts';
import { countOf, mebibytesOf, secondsOf } from './units.ts';

const timeLimit = 20_000;

/**
 * The partitions, hidden ones too, with what they allow and the nodes they have: `scontrol --oneliner --all show partition`
 * and `sinfo --noheader --all --exact --format=…`. A string says why there is no answer.
 */
export async function readPartitions(): Promise<readonly Partition[] | string> {
  const format = '--format=%R|%T|%D|%c|%m|%G|%f';
  const [partitions, nodes] = await Promise.all([
    ask('scontrol', ['--oneliner', '--all', 'show', 'partition'], timeLimit),
    ask('sinfo', ['--noheader', '--all', '--exact', format], timeLimit),
  ]);
  if (!partitions.answered) return partitions.reason;
  return parsePartitions(partitions.stdout, nodes.answered ? nodes.stdout : '');
}

/** Reads the two of them. Without nodes, what these have is not known, and nothing is checked against it. */
export function parsePartitions(partitions: string, nodes: string): readonly Partition[] {
  return partitions.split('\n').flatMap((line) => {
    const values = valuesIn(line);
    const name = values.get('PartitionName');
    return name ? [partitionOf(name, values, parseShapes(nodes, name))] : [];
  });
}

/** `Key=value Key=value`; no value of a partition has a space in it. */
function valuesIn(line: string): ReadonlyMap<string, string> {
  const pairs = line
    .trim()
    .split(/\s+/)
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return new Map(pairs);
}

function partitionOf(name: string, values: ReadonlyMap<string, string>, shapes: readonly NodeShape[]): Partition {
  const value = (key: string) => values.get(key) ?? '';
  const unless = (key: string) => (/^(ALL|N\/A|\(null\)|)$/i.test(value(key)) ? null : value(key));
  const only = (key: string) => listOf(unless(key) ?? '');
  const any = (key: string) => (unless(key) === null ? null : only(key));
  return {
    name,
    isDefault: value('Default') === 'YES',
    up: value('State') === 'UP',
    state: value('State'),
    maxTime: secondsOf(value('MaxTime')),
    defaultTime: secondsOf(value('DefaultTime')),
    allowedAccounts: any('AllowAccounts'),
    deniedAccounts: only('DenyAccounts'),
    allowedQos: any('AllowQos'),
    deniedQos: only('DenyQos'),
    allowedGroups: any('AllowGroups'),
    submitFrom: unless('AllocNodes'),
    maxCpusPerNode: countOf(value('MaxCPUsPerNode')),
    maxMemoryPerNode: mebibytesOf(value('MaxMemPerNode')),
    maxMemoryPerCpu: mebibytesOf(value('MaxMemPerCPU')),
    defaultMemoryPerCpu: mebibytesOf(value('DefMemPerCPU')),
    defaultMemoryPerNode: mebibytesOf(value('DefMemPerNode')),
    qos: unless('QoS'),
    shapes,
  };
}

/** States of a node in which it takes no jobs; a sign behind says how it answers or sleeps (sinfo(1), NODE STATE CODES). */
const unusable = /^(down|drain|drained|draining|fail|failing|error|future|inval|maint|unknown|no_respond)/i;

/** The nodes of one partition by kind; nodes of one kind in different states are put together. */
export function parseShapes(text: string, partition: string): readonly NodeShape[] {
  const shapes = new Map<string, NodeShape>();
  for (const line of text.split('\n')) {
    const [name, state = '', nodes = '', cpus = '', memory = '', gres = '', ...features] = line.split('|');
    if (name !== partition || features.length === 0) continue;
    const key = [cpus, memory, gres, features.join('|')].join('|');
    const before = shapes.get(key);
    const count = countOf(nodes) ?? 0;
    shapes.set(key, {
      nodes: (before?.nodes ?? 0) + count,
      usable: (before?.usable ?? 0) + (unusable.test(state) ? 0 : count),
      cpus: leading(cpus),
      memory: leading(memory),
      gpus: gpusIn(gres),
      features: listOf(features.join('|').replace('(null)', '')),
    });
  }
  return [...shapes.values()];
}

/** sinfo writes `16+` for nodes that differ, although asked not to put them together. */
function leading(text: string): number {
  return Number.parseInt(text, 10) || 0;
}

/** `gpu:a100:4(S:0-1),gpu:v100:2`, `gpu:4`, or `gpu:nvidia_a100-sxm4-40gb:4(S:0,1)`. */
function gpusIn(gres: string): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [, type = '', count = ''] of gres.matchAll(/\bgpu(?::([A-Za-z][\w.-]*))?:(\d+)/g)) {
    found[type] = (found[type] ?? 0) + Number(count);
  }
  return found;
}
