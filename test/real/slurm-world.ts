import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';
import type {
  CancelAnswer,
  Complaint,
  EndExplanation,
  FoundJob,
  JobStatus,
  Limits,
  Resources,
  SlurmJob,
} from '../../src/jobs/index.ts';
import type { Testbed } from '../testbed/fixture.ts';

// What the tests of jobs on Slurm stand on: a program of its own around src/jobs, which people of the testbed run on its
// hosts, because what is tested here is killed, frozen and run on two login nodes at once.

const repository = path.join(import.meta.dirname, '..', '..');

const driverSource = `
import * as jobs from '${repository}/src/jobs/index.ts';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
const task = JSON.parse(process.argv[2]);
// A host whose clock is so many seconds off: all hosts of the testbed have this machine's.
const clock = 1000 * Number(process.env.JOBS_CLOCK ?? 0);
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...words) {
    super(...(words.length > 0 ? words : [RealDate.now() + clock]));
  }
  static now() {
    return RealDate.now() + clock;
  }
};
const home = process.env.HOME + '/jobs';
const evidence = async (name) => ({
  log: await readFile(home + '/' + name + '.log', 'utf8').catch(() => ''),
  exitStatus: null,
  seconds: task.resources?.seconds ?? null,
  memory: task.resources?.memory ?? null,
});
const submit = async (name) => {
  await mkdir(home, { recursive: true });
  const script = home + '/' + name + '.sh';
  await writeFile(script, '#!/bin/bash -l\\n' + task.script + '\\n', { mode: 0o700 });
  const resources = { ...jobs.noResources, ...task.resources };
  const request = { engine: 'slurm', name, script, directory: home, log: home + '/' + name + '.log' };
  const more = { env: jobs.jobEnvironment(), resources, after: null, warn: null, noise: ['sbatch: Verif'], ...task.more };
  const onWait = (what) => process.stderr.write(what + '\\n');
  return jobs.submit({ ...request, ...more }, { onWait, ...task.options });
};
const verbs = {
  submit: () => submit(task.name),
  submitMany: () => Promise.all(task.names.map(submit)),
  query: () => Promise.all(task.jobs.map((job) => jobs.query(job, task.options))),
  watch: async () => {
    const oldest = { ms: 0 };
    for (const end = Date.now() + task.forMs; Date.now() < end; ) {
      for (const { asOf } of await verbs.query()) oldest.ms = Math.max(oldest.ms, Date.now() - Date.parse(asOf));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return oldest;
  },
  find: () => jobs.findJob(task.name),
  cancel: () => jobs.cancel(task.job, 0),
  limits: () => jobs.readLimits(),
  check: async () => jobs.checkResources({ ...jobs.noResources, ...task.resources }, await jobs.readLimits()),
  explain: async () => jobs.explainEnd((await jobs.query(task.job)).end ?? null, await evidence(task.job.name)),
};
try {
  process.stdout.write(JSON.stringify({ value: await verbs[task.verb]() }));
  process.exit(0);
} catch (error) {
  if (!error.code) throw error;
  process.stdout.write(JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } }));
}
`;

interface Verbs {
  readonly submit: SlurmJob;
  readonly submitMany: readonly SlurmJob[];
  readonly query: readonly JobStatus[];
  readonly watch: { readonly ms: number };
  readonly find: FoundJob;
  readonly cancel: CancelAnswer;
  readonly limits: Limits;
  readonly check: readonly Complaint[];
  readonly explain: EndExplanation;
}

export interface Answer<Value> {
  readonly value?: Value;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly stderr: string;
}

export interface Task {
  readonly name?: string;
  readonly names?: readonly string[];
  readonly forMs?: number;
  /** The job's script, without its first line. */
  readonly script?: string;
  readonly resources?: Partial<Resources>;
  readonly more?: { readonly after?: string | null; readonly warn?: number | null; readonly log?: string };
  readonly options?: { readonly patienceMs?: number };
  readonly job?: SlurmJob;
  readonly jobs?: readonly SlurmJob[];
}

export interface Where {
  readonly user?: string;
  readonly host?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs one verb of jobs/ on a host of the testbed, as a person there. */
export type Jobs = <Verb extends keyof Verbs>(verb: Verb, task?: Task, where?: Where) => Promise<Answer<Verbs[Verb]>>;

/** Asks for all jobs that are waited for at once, as a person with many sessions would; gives the state they came into. */
export type Becomes = <State extends JobStatus['state']>(
  job: SlurmJob,
  state: State,
  where?: Where,
) => Promise<JobStatus & { state: State }>;

export function becoming(jobs: Jobs): Becomes {
  const awaited = new Map<string, { readonly job: SlurmJob; readonly see: (status: JobStatus) => boolean }[]>();
  const round = async (place: string) => {
    const waiting = awaited.get(place) ?? [];
    const { value } = await jobs('query', { jobs: waiting.map(({ job }) => job) }, JSON.parse(place));
    const left = waiting.filter(({ see }, index) => !see(value?.[index] as JobStatus));
    awaited.set(place, [...left, ...(awaited.get(place) ?? []).slice(waiting.length)]);
  };
  const loop = async (place: string) => {
    while ((awaited.get(place)?.length ?? 0) > 0) {
      await round(place);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    awaited.delete(place);
  };
  return (job, state, where = {}) =>
    new Promise((resolve, reject) => {
      const place = JSON.stringify(where);
      const deadline = Date.now() + 150_000;
      let last: JobStatus | undefined;
      const see = (status: JobStatus) => {
        last = status;
        if (status.state === state) resolve(status as never);
        else if (Date.now() > deadline) reject(new Error(`${job.job} is ${JSON.stringify(last)}, not ${state}`));
        else return false;
        return true;
      };
      const waiting = awaited.get(place);
      awaited.set(place, [...(waiting ?? []), { job, see }]);
      if (!waiting) loop(place).catch(reject);
    });
}

/** Builds the program into the testbed's /software. */
export async function jobsIn(bed: Testbed): Promise<Jobs> {
  const software = path.join(bed.directory, 'shared', 'software');
  // The hosts have no Node of their own, as clusters have none.
  await copyFile(process.execPath, path.join(software, 'jobs-node'));
  await build(path.join(software, 'jobs-driver.mjs'));
  return async (verb, task = {}, { user = 'alice', host = 'login1', variables = {} } = {}) => {
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const program = [
      'env',
      ...settings,
      '/software/jobs-node',
      '/software/jobs-driver.mjs',
      JSON.stringify({ verb, ...task }),
    ];
    const ran = await bed.on(host, program, { user, timeoutMs: 200_000 });
    if (!ran.stdout.startsWith('{')) throw new Error(`${verb} ended with ${ran.exitCode}: ${ran.stdout}${ran.stderr}`);
    return { ...JSON.parse(ran.stdout), stderr: ran.stderr };
  };
}

async function build(program: string): Promise<void> {
  const folder = path.join(repository, 'test', '.world');
  const source = path.join(folder, `jobs-${process.pid}.ts`);
  const stage = `${program}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(source, driverSource);
  const bundle = await rolldown({
    input: source,
    platform: 'node',
    transform: { target: 'node20.19' },
    logLevel: 'silent',
  });
  await bundle.write({ file: stage, format: 'esm', codeSplitting: false });
  await bundle.close();
  await rename(stage, program);
  await rm(source);
}

/** Variables whose PATH has a stand-in for one of Slurm's programs that notes each call and then runs the real one. */
export async function standIn(bed: Testbed, program: string, commands: string): Promise<Record<string, string>> {
  const script = `#!/bin/bash\necho "$(date +%s.%N) $0" >>/scratch/calls\n${commands}\nexec /usr/bin/${program} "$@"\n`;
  const place = [
    'sh',
    '-c',
    `mkdir -p /scratch/bin && cat >/scratch/bin/${program} && chmod 755 /scratch/bin/${program}`,
  ];
  await bed.must('ctl', place, { input: script });
  await bed.must('ctl', ['sh', '-c', ': >/scratch/calls; chmod 666 /scratch/calls']);
  return { PATH: '/scratch/bin:/usr/local/bin:/usr/bin:/bin' };
}

export const noStandIns = (bed: Testbed) => bed.must('ctl', ['rm', '-rf', '/scratch/bin']);
