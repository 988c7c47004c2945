import { hostname } from 'node:os';
import { uid } from '../../files/index.ts';
import { which } from '../../process/index.ts';
import type { SlurmJob } from '../job.ts';
import { ask } from './ask.ts';
import { answersDirectory } from './cluster.ts';
import { isOver } from './states.ts';
import { known, type Question, type Turns } from './turns.ts';
import { secondsOf, timeOf } from './units.ts';

/** One job as squeue(1) lists it. */
export interface QueuedJob {
  readonly id: string;
  /** Slurm's word, such as `PENDING`. */
  readonly state: string;
  /** Slurm's word for why, or a sentence of its own. */
  readonly reason: string;
  /** ISO 8601: when it started, or is meant to start. */
  readonly start: string | null;
  /** ISO 8601: when it ended, or has to. */
  readonly end: string | null;
  /** Seconds left of its time. */
  readonly left: number | null;
  /** Node that runs its script. */
  readonly host: string | null;
  /** ISO 8601: when it was submitted; absent in what an older pier wrote down. */
  readonly submitted?: string | null;
  readonly name: string;
  /** What Slurm calls it since its owner has renamed it. */
  readonly renamed?: string;
}

export type Queue = Turns<readonly QueuedJob[]>;

/** Milliseconds: frozen, squeue waits for the site's MessageTimeout, without munge for most of a minute. */
const timeLimit = 20_000;

/** Milliseconds that somebody waits for an answer: somewhat longer than that. */
export const usualPatience = 25_000;

// No one's job name or reason holds these: names may hold `|`, spaces and newlines.
const between = '\u001f';
const after = '\u001e';
const columns = ['%i', '%T', '%S', '%e', '%L', '%B', '%V', '%r', '%j'];

/**
 * All of this user's jobs, finished ones too while the controller remembers them (MinJobAge):
 * `squeue --noheader --all --states=all --user=UID --format=%i…%T…`.
 *
 * Letters with `--format` are the same from 20.11 to 25; `--json` changes with each version, and 22.05 ignores `-j` with it.
 */
export async function askSqueue(
  filter: readonly string[] = [],
  timeoutMs = timeLimit,
): Promise<readonly QueuedJob[] | string> {
  const format = columns.join(between) + after;
  const args = ['--noheader', '--all', '--states=all', `--user=${uid()}`, `--format=${format}`, ...filter];
  const answer = await ask('squeue', args, timeoutMs);
  return answer.answered ? parseQueue(answer.stdout) : answer.reason;
}

/**
 * Reads what `askSqueue` asks for. Lines of the site's may stand before and behind the jobs. Tasks of arrays and parts of
 * heterogeneous jobs are left out: pier makes none.
 *
 * A string says that it is something else: taken for an empty queue, that would end sessions that run.
 */
export function parseQueue(text: string): readonly QueuedJob[] | string {
  const lines = text.split(`${after}\n`);
  const behind = lines.pop() ?? '';
  const rows = lines.map((line) => line.split(between));
  if (behind.includes(between) || rows.some(({ length }) => length !== columns.length)) return noJobs(text);
  if (rows.length === 0 && behind.trim() !== '') return noJobs(behind);
  return rows.flatMap(
    ([first = '', state = '', start = '', end = '', left = '', host = '', submit = '', reason = '', name = '']) => {
      const id = first.slice(first.lastIndexOf('\n') + 1);
      if (!/^\d+$/.test(id)) return [];
      const node = /^[\w.-]+$/.test(host) && host !== 'n/a' ? host : null;
      const times = { start: timeOf(start), end: timeOf(end), left: secondsOf(left), submitted: timeOf(submit) };
      return [{ id, state, reason, ...times, host: node, name }];
    },
  );
}

function noJobs(text: string): string {
  return `squeue printed no list of jobs but ${JSON.stringify(text.trim().slice(0, 80))}`;
}

/** Names of pier's jobs begin so: a user's own thousands are not remembered. */
export const namePattern = /^pier-[\w.-]{4,100}$/;

async function question(): Promise<Question<readonly QueuedJob[]>> {
  return {
    name: 'queue',
    directory: await answersDirectory(),
    read: (value) => (Array.isArray(value) && value.every(isQueuedJob) ? value : undefined),
    ask: async (before, taken) => {
      // Whoever wants to know of one now knows that it was submitted before this is asked, whatever any clock says.
      const expected = [...awaited];
      const jobs = await askSqueue();
      if (typeof jobs === 'string') return jobs;
      const ours = pierJobs(jobs, before ?? []);
      const gone = vanished(before ?? [], ours, taken);
      return [...ours, ...gone, ...missing(expected, [...ours, ...gone])];
    },
  };
}

/** The jobs that are pier's. One that its owner has renamed meanwhile keeps the name that it is looked for by. */
export function pierJobs(jobs: readonly QueuedJob[], before: readonly QueuedJob[]): readonly QueuedJob[] {
  const earlier = new Map(before.filter((job) => !isOver(job) && !hasVanished(job)).map((job) => [job.id, job]));
  return jobs.flatMap((job) => {
    if (namePattern.test(job.name)) return [job];
    const known = earlier.get(job.id);
    return known && isSameRenamed(known, job) ? [{ ...job, name: known.name, renamed: job.name }] : [];
  });
}

/**
 * Whether a job that has the number of an earlier one, and a name that is none of pier's, is that one: a controller that
 * lost jobs gives their numbers again. One that is queued again gets a new time, and keeps the name that it was given.
 */
function isSameRenamed(before: QueuedJob, { submitted, name }: QueuedJob): boolean {
  return before.submitted === undefined || before.submitted === submitted || before.renamed === name;
}

/** Milliseconds that a job is remembered which the controller does not list any more. */
const rememberedFor = 86_400_000;

/** Our word, beside Slurm's. */
const vanishedState = 'VANISHED';

/**
 * Jobs that were not over in the answer before this one, and are missing in this: between `start`, when they were seen
 * last, and `end`, when they were missing, something happened. A controller lists a job for a while after its end.
 */
export function vanished(
  before: readonly QueuedJob[],
  now: readonly QueuedJob[],
  taken: string | null,
  at = new Date().toISOString(),
): readonly QueuedJob[] {
  const isThere = new Set(now.map(({ id, name }) => `${id} ${name}`));
  return before
    .filter((job) => !isThere.has(`${job.id} ${job.name}`) && !isOver(job))
    .map((job) => (hasVanished(job) ? job : { ...job, state: vanishedState, reason: '', start: taken, end: at }))
    .filter(({ end }) => Date.parse(at) - Date.parse(end ?? '') < rememberedFor);
}

/** Those of the expected jobs that an answer lacks, as vanished: nobody has seen them, so `start` is null. */
export function missing(
  expected: readonly Pick<SlurmJob, 'job' | 'name'>[],
  now: readonly QueuedJob[],
  at = new Date().toISOString(),
): readonly QueuedJob[] {
  const isThere = new Set(now.map(({ id, name }) => `${id} ${name}`));
  const lacking = new Map(expected.map(({ job, name }) => [`${job} ${name}`, { id: job, name }]));
  const unseen = { state: vanishedState, reason: '', start: null, end: at, left: null, host: null };
  return [...lacking].flatMap(([key, { id, name }]) => (isThere.has(key) ? [] : [{ ...unseen, id, name }]));
}

/** Whether Slurm does not list it any more, although it had not ended when it was seen last. */
export function hasVanished({ state }: QueuedJob): boolean {
  return state === vanishedState;
}

/** It is our own file; an older or newer pier may have written it. */
function isQueuedJob(value: unknown): value is QueuedJob {
  const { id, state, reason, name } = (value ?? {}) as Record<string, unknown>;
  return [id, state, reason, name].every((field) => typeof field === 'string');
}

/** Jobs that somebody in this process wants to know about. */
const awaited = new Set<SlurmJob>();

/** The queue for one job: if it is not in it, then it is among the vanished ones once somebody has asked on its behalf. */
export async function queueFor(job: SlurmJob, enough: (queue: Queue) => boolean, patienceMs: number): Promise<Queue> {
  awaited.add(job);
  try {
    return await queue(enough, patienceMs);
  } finally {
    awaited.delete(job);
  }
}

/**
 * What is known of the queue: at most 16 s old while Slurm answers; where that does not answer `enough`, as soon as Slurm
 * may be asked again.
 */
export async function queue(enough: (queue: Queue) => boolean, patienceMs: number): Promise<Queue> {
  // A host that shares the home and has no Slurm must not take the turns of those that have.
  const able = (await which('squeue')) !== undefined;
  const need = (turns: Queue) => (able ? (enough(turns) ? 'soon' : 'now') : 'no');
  const turns = await known(await question(), need, patienceMs);
  return able ? turns : { ...turns, failure: `There is no Slurm on ${hostname()}` };
}
