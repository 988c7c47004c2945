import path from 'node:path';
import { makePrivateDirectory, places, readRecord, writeRecord } from '../../files/index.ts';

/** The options a person may give for a job's resources, by their long name. */
export const optionNames = ['time', 'mem', 'cpus', 'gpus', 'account', 'partition', 'qos'] as const;

export type OptionName = (typeof optionNames)[number];

/** What was typed, by option; only what a person gave explicitly. */
export type Typed = { readonly [Name in OptionName]?: string | undefined };

/** Bytes of one value; whatever is longer was not typed by a person. */
const longest = 200;

function fileOf(site: string): string {
  // A site's id is a name of letters, digits, ".", "_" and "-": the profile's schema says so.
  return path.join(places().state, 'remembered', `${site}.json`);
}

/** What this person typed the last time at this site; what is damaged or not ours is forgotten. */
export async function readRemembered(site: string): Promise<Typed> {
  const value = await readRecord(fileOf(site)).catch(() => undefined);
  if (typeof value !== 'object' || value === null) return {};
  const known = value as Readonly<Record<string, unknown>>;
  const kept = optionNames.flatMap((name) => {
    const typed = known[name];
    return typeof typed === 'string' && typed.length <= longest ? [[name, typed] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** Keeps what was typed for the next time, at this site. */
export async function remember(site: string, typed: Typed): Promise<void> {
  const file = fileOf(site);
  await makePrivateDirectory(path.dirname(file));
  await writeRecord(file, typed);
}

/** Partition, QOS and GPUs belong together: one of them given anew, the others of last time may not fit any more. */
const together = new Set<OptionName>(['partition', 'qos', 'gpus']);

/** What of last time still counts beside what is typed now. */
export function stillCounts(before: Typed, now: Typed): Typed {
  const anew = [...together].some((name) => now[name] !== undefined);
  const kept = Object.entries(before).filter(([name]) => {
    const option = name as OptionName;
    return now[option] === undefined && !(anew && together.has(option));
  });
  return Object.fromEntries(kept);
}
