import { uid } from '../../files/index.ts';
import type { JobEnd } from '../end.ts';
import type { SlurmJob } from '../job.ts';
import { ask } from './ask.ts';
import { answersDirectory } from './cluster.ts';
import { endOf } from './states.ts';
import { known, type Question, type Turns } from './turns.ts';
import { timeOf } from './units.ts';

/** One run of a job as sacct(1) lists it. */
export interface AccountedRun {
  readonly id: string;
  readonly name: string;
  /** Slurm's word, such as `RUNNING`: sacct says that, and `PENDING`, for some seconds of jobs that are over. */
  readonly state: string;
  readonly submitted: string | null;
  /** How it ended, if it did. */
  readonly end: JobEnd | null;
}

/** What accounting said of one job. */
interface Entry {
  readonly id: string;
  /** ISO 8601: when it was asked first and last. */
  readonly first: string;
  readonly last: string;
  /** It has the job, as waiting or running perhaps. */
  readonly listed: boolean;
  readonly end: JobEnd | null;
}

type Entries = Readonly<Record<string, Entry>>;

/** Milliseconds: a busy slurmdbd takes its time. */
const timeLimit = 30_000;
/** Entries older than a day are of sessions whose end is on record by now. */
const keptMs = 86_400_000;

/** No field but the last can hold a `|`. */
const fields = ['JobIDRaw', 'State', 'ExitCode', 'Submit', 'Start', 'End', 'NodeList', 'JobName'];

/**
 * What accounting knows of jobs, each run of one that was queued again:
 * `sacct --noheader --parsable2 --allocations --duplicates --user=UID --format=… --jobs=1,2`.
 *
 * Not `Restarts`, which 22.05 lacks, and not `--json`.
 */
export async function askSacct(...filter: readonly string[]): Promise<readonly AccountedRun[] | string> {
  // With numbers alone it lists anybody's jobs.
  const whose = `--user=${uid()}`;
  const options = ['--noheader', '--parsable2', '--allocations', '--duplicates', whose, `--format=${fields.join(',')}`];
  const answer = await ask('sacct', [...options, ...filter], timeLimit);
  return answer.answered ? await withNames(parseRuns(answer.stdout)) : answer.reason;
}

/** Reads what `askSacct` asks for. Steps, tasks of arrays and lines of other shapes are left out. */
export function parseRuns(text: string): readonly AccountedRun[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', word = '', exit = '', submit = '', start = '', ended = '', nodes = '', ...name] = line.split('|');
    if (!/^\d+$/.test(id) || name.length === 0) return [];
    const state = word.split(' ')[0] ?? '';
    const run = { id, name: name.join('|'), state, submitted: timeOf(submit) };
    return [{ ...run, end: endFrom(word, exit, nodes, timeOf(start), timeOf(ended)) }];
  });
}

function endFrom(word: string, exit: string, nodes: string, start: string | null, ended: string | null): JobEnd | null {
  const [, state = '', by = null] = /^(\w+)(?: by (\S+))?/.exec(word) ?? [];
  const kind = endOf(state);
  // Accounting that was down writes an end in two steps: who cancelled it is there when the time is.
  if (!kind || ended === null) return null;
  const [exitCode = null, signal = null] = /^\d+:\d+$/.test(exit) ? exit.split(':').map(Number) : [];
  const host = start !== null && /^[\w.-]+$/.test(nodes) && !nodes.startsWith('None') ? nodes : null;
  return { kind, word: state, exitCode, signal: signal === 0 ? null : signal, by, host, ended };
}

/** sacct names who cancelled a job by number. */
async function withNames(runs: readonly AccountedRun[]): Promise<readonly AccountedRun[]> {
  return await Promise.all(
    runs.map(async (run) => {
      const by = run.end?.by;
      return run.end && by && /^\d+$/.test(by) ? { ...run, end: { ...run.end, by: await nameOf(by) } } : run;
    }),
  );
}

/** `getent passwd UID`: users may be in a directory service, not in /etc/passwd. */
async function nameOf(user: string): Promise<string> {
  if (user === '0') return 'root';
  const answer = await ask('getent', ['passwd', user], 5000);
  return (answer.answered && answer.stdout.split(':')[0]) || `user ${user}`;
}

/** Jobs that somebody in this process wants to know about: one sacct asks for all of them. */
const wanted = new Map<string, SlurmJob>();

async function question(): Promise<Question<Entries>> {
  return {
    name: 'ended',
    directory: await answersDirectory(),
    read: (value) => (typeof value === 'object' && value !== null ? (value as Entries) : undefined),
    ask: async (before) => {
      const jobs = [...wanted.values()].filter((job) => !before?.[job.name]?.end);
      const runs = await askSacct(`--jobs=${jobs.map(({ job }) => job).join(',')}`);
      return typeof runs === 'string' ? runs : { ...recentOf(before), ...entriesFor(jobs, runs, before) };
    },
  };
}

function entriesFor(jobs: readonly SlurmJob[], runs: readonly AccountedRun[], before: Entries | null): Entries {
  const now = new Date().toISOString();
  return Object.fromEntries(
    jobs.map((job) => [
      job.name,
      {
        id: job.job,
        first: before?.[job.name]?.first ?? now,
        last: now,
        // Just after a job began, sacct leaves its name out.
        listed: runs.some(({ id, name }) => id === job.job && (name === job.name || name === '')),
        end: lastEnd(job, runs),
      },
    ]),
  );
}

/** How the last run of a job ended; null while accounting lags behind. A number alone may be another job's. */
export function lastEnd(job: Pick<SlurmJob, 'job' | 'name'>, runs: readonly AccountedRun[]): JobEnd | null {
  return runs.filter(({ id, name }) => id === job.job && name === job.name).at(-1)?.end ?? null;
}

function recentOf(entries: Entries | null): Entries {
  const kept = Object.entries(entries ?? {}).filter(([, { last }]) => Date.now() - Date.parse(last) < keptMs);
  return Object.fromEntries(kept);
}

/** What accounting says of a job's end. */
export interface Account {
  readonly end: JobEnd | null;
  /** ISO 8601: since when it has been asked; null: it never answered. */
  readonly askedSince: string | null;
  /** It has answered more than once. */
  readonly again: boolean;
  /** It has a job of that number, which has not ended for all it knows. */
  readonly listed: boolean;
  /** Why the last question had no answer; null: it had. */
  readonly failure: string | null;
}

/** Of a site that keeps no accounts: there is nothing to wait for. */
const none: Account = { end: null, askedSince: new Date(0).toISOString(), again: true, listed: false, failure: null };

/** Asks accounting how a job ended, once for all who ask now; afterwards from what is on record. */
export async function accountOf(job: SlurmJob, patienceMs: number): Promise<Account> {
  const entry = (turns: Turns<Entries>) => {
    const found = turns.value?.[job.name];
    return found?.id === job.job ? found : undefined;
  };
  wanted.set(job.name, job);
  try {
    const turns = await known(
      await question(),
      (seen) => (entry(seen)?.end ? 'no' : entry(seen) ? 'soon' : 'now'),
      patienceMs,
    );
    const found = entry(turns);
    if (/accounting storage is disabled/i.test(turns.failure ?? '')) return none;
    return {
      end: found?.end ?? null,
      askedSince: found?.first ?? null,
      again: found !== undefined && found.first !== found.last,
      listed: found?.listed ?? false,
      failure: found?.end ? null : turns.failure,
    };
  } finally {
    wanted.delete(job.name);
  }
}
