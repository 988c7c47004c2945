import type { QueryOptions } from '../engine.ts';
import type { FoundJob } from '../job.ts';
import { type AccountedRun, askSacct } from './accounting.ts';
import { answersDirectory, clusterHere } from './cluster.ts';
import { hasVanished, type QueuedJob, queue, usualPatience } from './queue.ts';
import { isOver } from './states.ts';
import { known, type Question } from './turns.ts';

/** Of several by one name the one that was there first, and of those the ones that are not over. */
export function firstLive(jobs: readonly QueuedJob[]): QueuedJob | undefined {
  return [...jobs].sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || Number(a.id) - Number(b.id))[0];
}

/** See `findJob` in engine.ts. */
export async function findJob(name: string, { patienceMs = usualPatience }: QueryOptions): Promise<FoundJob> {
  const deadline = Date.now() + patienceMs;
  const has = ({ value }: { readonly value: readonly QueuedJob[] | null }) =>
    value?.some((job) => job.name === name && !hasVanished(job)) ?? false;
  const { taken, value, failure } = await queue(has, patienceMs);
  const found = firstLive(value?.filter((job) => job.name === name && !hasVanished(job)) ?? []);
  const cluster = await clusterHere();
  if (taken === null) return { found: 'unknown', reason: `${failure ?? 'Slurm has not answered yet'}.` };
  if (found) return { found: 'job', job: { engine: 'slurm', job: found.id, name, cluster, submitted: taken } };
  const over = await inAccounting(name, deadline - Date.now());
  if (!over) return { found: 'absent', asOf: taken };
  return { found: 'job', job: { engine: 'slurm', job: over.id, name, cluster, submitted: over.submitted ?? taken } };
}

/** What accounting said of a name; `run` is null for one that it does not have. */
interface Entry {
  readonly asked: string;
  readonly run: Pick<AccountedRun, 'id' | 'submitted'> | null;
}

type Entries = Readonly<Record<string, Entry>>;

/** Milliseconds after which a name that was not there is asked for again: accounting lags. */
const settled = 120_000;
const keptMs = 86_400_000;

const wanted = new Set<string>();

/** The controller forgets a job some minutes after its end: `sacct --name=… --starttime=now-30days`. */
async function inAccounting(name: string, patienceMs: number): Promise<Entry['run']> {
  const question: Question<Entries> = {
    name: 'named',
    directory: await answersDirectory(),
    read: (value) => (typeof value === 'object' && value !== null ? (value as Entries) : undefined),
    ask: async (before) => await askNames([...wanted], before),
  };
  wanted.add(name);
  try {
    const turns = await known(question, (seen) => (isAnswered(seen.value?.[name]) ? 'no' : 'now'), patienceMs);
    return turns.value?.[name]?.run ?? null;
  } finally {
    wanted.delete(name);
  }
}

function isAnswered(entry: Entry | undefined): boolean {
  return entry !== undefined && (entry.run !== null || Date.now() - Date.parse(entry.asked) < settled);
}

async function askNames(names: readonly string[], before: Entries | null): Promise<Entries | string> {
  const runs = await askSacct(`--name=${names.join(',')}`, '--starttime=now-30days');
  if (typeof runs === 'string') return runs;
  const asked = new Date().toISOString();
  const kept = Object.entries(before ?? {}).filter(([, entry]) => Date.now() - Date.parse(entry.asked) < keptMs);
  const found = names.map((name) => {
    const run = runs.find((one) => one.name === name);
    return [name, { asked, run: run ? { id: run.id, submitted: run.submitted } : null }] as const;
  });
  return { ...Object.fromEntries(kept), ...Object.fromEntries(found) };
}
