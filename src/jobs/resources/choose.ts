import type { Profile } from '../../site/index.ts';
import { type Gpus, noResources, type Resources } from '../resources.ts';
import { chooseGpus, choosePartition, refuseNoName } from './partitions.ts';
import { gpusText, parseCpus, parseGpus, parseMemory, parseTime, slurmMemory, slurmTime } from './quantities.ts';
import { type OptionName, stillCounts, type Typed } from './remembered.ts';

/** One value as an option would have it, and where it comes from. */
export interface Origin {
  readonly option: OptionName;
  readonly value: string;
  /** Completes “from …”, such as `last time`, or `the site’s profile (jupyter.batch.time)`. */
  readonly from: string;
  readonly remembered: boolean;
}

export interface ChosenResources {
  readonly resources: Resources;
  readonly origins: readonly Origin[];
}

/** What a command of its own kind asks for when nobody says anything, such as `jupyter.batch`. */
export interface Usual {
  readonly time?: string | null;
  readonly memory?: string | null;
  readonly cpus?: number | null;
  /** Where these stand in the profile, such as `jupyter.batch`. */
  readonly path: string;
}

interface Found {
  readonly text: string;
  readonly from: string;
  readonly remembered: boolean;
}

/**
 * What a job will ask for: what was typed, else what was typed last time here, else the site's profile, else nothing.
 *
 * The account is chosen apart (see chooseAccount), since the scheduler has to be asked. Error: `usage`.
 */
export function chooseResources(profile: Profile, usual: Usual, typed: Typed, before: Typed): ChosenResources {
  const last = stillCounts(before, typed);
  const find = (option: OptionName): Found | undefined => {
    if (typed[option] !== undefined) return { text: typed[option], from: 'the command line', remembered: false };
    if (last[option] !== undefined) return { text: last[option], from: 'last time', remembered: true };
    return undefined;
  };
  const [time, mem, cpus, gpus, partition, qos] = (['time', 'mem', 'cpus', 'gpus', 'partition', 'qos'] as const).map(
    find,
  );
  const wantedGpus = gpus && parseGpus(gpus.text);
  const chosen = choosePartition(profile, partition?.text, wantedGpus ?? null);
  const selected = wantedGpus && chooseGpus(profile, chosen?.name ?? null, wantedGpus);
  const inProfile = (key: string) => `the site’s profile (${usual.path}.${key})`;
  const values: Values = {
    time: time
      ? { ...time, value: parseTime(time.text) }
      : fromProfile(usual.time, (text) => parseTime(text), inProfile('time')),
    mem: mem ? { ...mem, value: parseMemory(mem.text) } : fromProfile(usual.memory, parseMemory, inProfile('memory')),
    cpus: cpus
      ? { ...cpus, value: parseCpus(cpus.text) }
      : fromProfile(usual.cpus?.toString(), parseCpus, inProfile('tasks_per_node')),
    gpus: gpus && selected ? { ...gpus, value: selected } : undefined,
    partition: chosen && {
      value: chosen.name,
      from: partition?.from ?? chosen.from,
      remembered: !!partition?.remembered,
    },
    qos: qos && { ...qos, value: refuseNoName('qos', qos.text) },
  };
  return { resources: resourcesOf(values), origins: originsOf(values) };
}

interface Value<T> {
  readonly value: T;
  readonly from: string;
  readonly remembered: boolean;
}

interface Values {
  readonly time: Value<number> | undefined;
  readonly mem: Value<number> | undefined;
  readonly cpus: Value<number> | undefined;
  readonly gpus: Value<Gpus> | undefined;
  readonly partition: Value<string> | undefined;
  readonly qos: Value<string> | undefined;
}

function fromProfile<T>(
  text: string | null | undefined,
  parse: (text: string) => T,
  from: string,
): Value<T> | undefined {
  return text === null || text === undefined ? undefined : { value: parse(text), from, remembered: false };
}

function resourcesOf({ time, mem, cpus, gpus, partition, qos }: Values): Resources {
  return {
    ...noResources,
    seconds: time?.value ?? null,
    memory: mem?.value ?? null,
    cpus: cpus?.value ?? null,
    gpus: gpus?.value ?? null,
    partition: partition?.value ?? null,
    qos: qos?.value ?? null,
  };
}

function originsOf({ time, mem, cpus, gpus, partition, qos }: Values): Origin[] {
  const origin = <T>(option: OptionName, found: Value<T> | undefined, write: (value: T) => string): Origin[] =>
    found ? [{ option, value: write(found.value), from: found.from, remembered: found.remembered }] : [];
  return [
    ...origin('time', time, slurmTime),
    ...origin('mem', mem, slurmMemory),
    ...origin('cpus', cpus, String),
    ...origin('gpus', gpus, gpusText),
    ...origin('partition', partition, String),
    ...origin('qos', qos, String),
  ];
}
