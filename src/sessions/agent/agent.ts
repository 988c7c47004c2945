import { type Environment, findEnvironment, offerKernels, refuseUntrusted } from '../../environments/index.ts';
import { identityOf, makeRuntimeDirectory, PierError, writeRecord } from '../../files/index.ts';
import { loadSite, type Site } from '../../site/index.ts';
import { planJupyter } from '../jupyter.ts';
import { readRequest } from '../records.ts';
import { removeRuntimeDirectory } from '../remove-runtime-directory.ts';
import { attemptFiles } from '../store.ts';
import { openDoors, prepareDoors, type Run } from './doors.ts';
import { endJupyter, explainExit } from './end.ts';
import { idleSeconds } from './idle-rule.ts';
import { beginRun, type End, endRun, gaveWay, isReplaced, ServedAlready } from './run.ts';
import { offeredTo, type Serving, serve } from './serve.ts';
import { listenForSignals, type Signals, untilStopped, whoStopped } from './signals.ts';
import { markRuntimeDirectory, sweepRuntimeDirectories } from './sweep.ts';
import { untilReady } from './until-ready.ts';
import { watch } from './watch.ts';

/**
 * Serves one attempt of a session from inside its job: starts Jupyter, says where it answers, watches it, ends it.
 *
 * Resolves when all is over and `end.json` says how. Leaves neither process nor private directory behind.
 */
export async function runAgent(id: string, attempt: number): Promise<void> {
  process.umask(0o077);
  const signals = listenForSignals();
  let runtimeDirectory: string | undefined;
  let restart = 0;
  let end: End;
  try {
    const request = await readRequest(id);
    restart = await beginRun(id, attempt);
    runtimeDirectory = await makeRuntimeDirectory(id);
    await markRuntimeDirectory(runtimeDirectory);
    await writeRecord(attemptFiles(id, attempt).started, {
      agent: identityOf(process.pid),
      runtimeDirectory,
      started: new Date().toISOString(),
      ...slurmJob(),
      restart,
    });
    void sweepRuntimeDirectories(runtimeDirectory);
    end = await serveUntilEnd({ request, attempt, restart }, runtimeDirectory, signals);
  } catch (error) {
    if (error instanceof ServedAlready) throw error;
    // A stop makes whatever was being done fail: then the stop is the reason.
    end = (await whoStopped(id, signals)) ?? { state: 'failed', cause: 'failed', reason: describe(error) };
  }
  if (runtimeDirectory) await removeRuntimeDirectory(id, runtimeDirectory);
  await endRun(id, attempt, restart, end);
}

function slurmJob(): { job?: string } {
  const { SLURM_JOB_ID } = process.env;
  return SLURM_JOB_ID && /^\d{1,12}$/.test(SLURM_JOB_ID) ? { job: SLURM_JOB_ID } : {};
}

function describe(error: unknown): string {
  if (!(error instanceof PierError)) return `pier failed: ${error instanceof Error ? error.stack : error}`;
  return error.hint ? `${error.message} Try: ${error.hint}` : error.message;
}

async function serveUntilEnd(run: Run, runtimeDirectory: string, signals: Signals): Promise<End> {
  const { request } = run;
  const site = await loadSite({ site: request.site });
  const environment = await findEnvironment(site, request.environment.prefix);
  await refuseUntrusted(environment);
  const plan = await planJupyter(environment, request.app, request.direct);
  const place = { id: request.id, directory: request.directory, runtimeDirectory };
  const serving = await serve(environment, plan, place);
  // Jupyter takes seconds to start, and looks for kernels whenever it is asked for them.
  const offered = offerKernels(site, environment, offeredTo(runtimeDirectory)).catch(() => 0);
  void prepareDoors(run, plan).catch(() => {});
  const answered = new AbortController();
  try {
    const log = attemptFiles(request.id, run.attempt).log;
    const told = () => whoStopped(request.id, signals);
    // A signal to the whole job ends Jupyter and tells the agent: then that is the reason, not Jupyter's exit.
    const exited = serving.process.ended.then(async (exit) => (await told()) ?? (await explainExit(exit, log)));
    const stopped = untilStopped(request.id, signals).then(told);
    const failed = await Promise.race([
      untilReady(serving, site.profile.jupyter.ready_timeout * 1000, answered.signal),
      exited,
      stopped,
    ]);
    if (failed) return failed;
    await offered;
    return await serveUntil(
      run,
      { site, environment, plan, serving, runtimeDirectory },
      Promise.race([exited, stopped]),
    );
  } finally {
    answered.abort();
    await Promise.all([endJupyter(serving), offered]);
  }
}

interface Served {
  readonly site: Site;
  readonly environment: Environment;
  readonly plan: Awaited<ReturnType<typeof planJupyter>>;
  readonly serving: Serving;
  readonly runtimeDirectory: string;
}

/** From the first answer on: open the doors, say so, watch, and wait for the end. Opens none where a later run serves. */
async function serveUntil(run: Run, served: Served, over: Promise<End | undefined>): Promise<End> {
  const { site, plan, serving, runtimeDirectory } = served;
  if (await isReplaced(run.request.id, run.attempt, run.restart)) return gaveWay;
  await using doors = await openDoors(run, site, plan, serving);
  using watching = await watch(run, serving, runtimeDirectory, idleSeconds(run.request, site));
  // Its first beat has just looked again.
  const already = await Promise.race([watching.over, undefined]);
  if (already) return already;
  await writeRecord(attemptFiles(run.request.id, run.attempt).endpoint, {
    endpoint: doors.endpoint,
    ...(doors.gate ? { gate: doors.gate } : {}),
    note: plan.note,
    jupyter: serving.identity,
    ready: new Date().toISOString(),
    restart: run.restart,
  });
  return (await Promise.race([over, watching.over])) ?? { state: 'ended', reason: 'It was told to end.' };
}
