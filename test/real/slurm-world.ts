import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
const home = process.env.HOME + '/jobs';
const evidence = async (name) => ({
  log: await readFile(home + '/' + name + '.log', 'utf8').catch(() => ''),
  exitStatus: null,
  seconds: task.resources?.seconds ?? null,
  memory: task.resources?.memory ?? null,
});
const verbs = {
  submit: async () => {
    await mkdir(home, { recursive: true });
    const script = home + '/' + task.name + '.sh';
    await writeFile(script, '#!/bin/bash -l\\n' + task.script + '\\n', { mode: 0o700 });
    const resources = { ...jobs.noResources, ...task.resources };
    const request = { engine: 'slurm', name: task.name, script, directory: home, log: home + '/' + task.name + '.log' };
    const more = { env: jobs.jobEnvironment(), resources, after: null, warn: null, noise: ['sbatch: Verif'], ...task.more };
    const onWait = (what) => process.stderr.write(what + '\\n');
    return jobs.submit({ ...request, ...more }, { onWait, ...task.options });
  },
  query: () => Promise.all(task.jobs.map((job) => jobs.query(job, task.options))),
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
  readonly query: readonly JobStatus[];
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

/** Builds the program into the testbed's /software. */
export async function jobsIn(bed: Testbed): Promise<Jobs> {
  await build(path.join(bed.directory, 'shared', 'software', 'jobs-driver.mjs'));
  return async (verb, task = {}, { user = 'alice', host = 'login1', variables = {} } = {}) => {
    const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const program = ['env', ...settings, 'node', '/software/jobs-driver.mjs', JSON.stringify({ verb, ...task })];
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
