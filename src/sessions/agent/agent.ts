import { findEnvironment, refuseUntrusted } from '../../environments/index.ts';
import { identityOf, makeRuntimeDirectory, PierError, writeRecord, writeRecordOnce } from '../../files/index.ts';
import { loadSite } from '../../site/index.ts';
import { planJupyter } from '../jupyter.ts';
import type { EndRecord, RequestRecord } from '../record-schemas.ts';
import { readRequest, readStop } from '../records.ts';
import { removeRuntimeDirectory } from '../remove-runtime-directory.ts';
import { attemptFiles } from '../store.ts';
import { beat } from './beat.ts';
import { endJupyter, explainExit } from './end.ts';
import { type Serving, serve } from './serve.ts';
import { untilReady } from './until-ready.ts';

type End = Omit<EndRecord, 'ended'>;

/** Milliseconds between two looks at `stop.json`, for the case that nobody could signal the agent. */
const lookForStop = 2000;
const beatEvery = 15_000;

/**
 * Serves one attempt of a session from inside its job: starts Jupyter, says where it answers, watches it, ends it.
 *
 * Resolves when all is over and `end.json` says how. Leaves neither process nor private directory behind.
 */
export async function runAgent(id: string, attempt: number): Promise<void> {
  process.umask(0o077);
  const files = attemptFiles(id, attempt);
  const signals = listenForSignals();
  let runtimeDirectory: string | undefined;
  let end: End;
  try {
    const request = await readRequest(id);
    runtimeDirectory = await makeRuntimeDirectory(id);
    await writeRecord(files.started, {
      agent: identityOf(process.pid),
      runtimeDirectory,
      started: new Date().toISOString(),
    });
    end = await serveUntilEnd(request, attempt, runtimeDirectory, signals);
  } catch (error) {
    end = { state: 'failed', reason: describe(error) };
  }
  if (runtimeDirectory) await removeRuntimeDirectory(id, runtimeDirectory);
  await writeRecordOnce(files.end, { ...end, ended: new Date().toISOString() });
}

function describe(error: unknown): string {
  if (!(error instanceof PierError)) return `pier failed: ${error instanceof Error ? error.stack : error}`;
  return error.hint ? `${error.message} Try: ${error.hint}` : error.message;
}

interface Signals {
  /** Resolves at the first SIGTERM, SIGINT, SIGHUP or SIGUSR1. */
  readonly first: Promise<void>;
  readonly received: () => NodeJS.Signals | undefined;
}

function listenForSignals(): Signals {
  let received: NodeJS.Signals | undefined;
  const first = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const) {
      process.on(signal, () => {
        received ??= signal;
        resolve();
      });
    }
  });
  return { first, received: () => received };
}

async function serveUntilEnd(
  request: RequestRecord,
  attempt: number,
  runtimeDirectory: string,
  signals: Signals,
): Promise<End> {
  const site = await loadSite({ site: request.site });
  const environment = await findEnvironment(site, request.environment.prefix);
  await refuseUntrusted(environment);
  const plan = await planJupyter(environment, request.app, request.direct);
  const place = { id: request.id, directory: request.directory, runtimeDirectory };
  const serving = await serve(environment, plan, place);
  const answered = new AbortController();
  try {
    const log = attemptFiles(request.id, attempt).log;
    const told = () => whoStopped(request.id, signals);
    // A signal to the whole job ends Jupyter and tells the agent: then that is the reason, not Jupyter's exit.
    const exited = serving.process.ended.then(async (exit) => (await told()) ?? (await explainExit(exit, log)));
    const stopped = untilStopped(request.id, signals).then(told);
    const base = plan.way === 'socket' ? `/s/${request.id}/` : '/';
    const failed = await Promise.race([
      untilReady(serving, base, site.profile.jupyter.ready_timeout * 1000, answered.signal),
      exited,
      stopped,
    ]);
    if (failed) return failed;
    return await serveUntil(request, attempt, serving, plan.note, Promise.race([exited, stopped]));
  } finally {
    answered.abort();
    await endJupyter(serving);
  }
}

/** From the first answer on: say so, beat, and wait for the end. */
async function serveUntil(
  request: RequestRecord,
  attempt: number,
  serving: Serving,
  note: string | null,
  over: Promise<End | undefined>,
): Promise<End> {
  const files = attemptFiles(request.id, attempt);
  await writeRecord(files.endpoint, {
    endpoint: serving.endpoint,
    note,
    jupyter: serving.identity,
    ready: new Date().toISOString(),
  });
  const base = serving.endpoint.kind === 'socket' ? `/s/${request.id}/` : '/';
  const timer = setInterval(() => void beat(files.beat, serving.address, base), beatEvery);
  try {
    return (await over) ?? { state: 'ended', reason: 'It was told to end.' };
  } finally {
    clearInterval(timer);
  }
}

/** Resolves when the user, or whoever may signal us, wants the end. */
async function untilStopped(id: string, signals: Signals): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const asked = new Promise<void>((resolve) => {
    timer = setInterval(async () => {
      if (await readStop(id).catch(() => undefined)) resolve();
    }, lookForStop).unref();
  });
  await Promise.race([asked, signals.first]);
  clearInterval(timer);
}

/** How it ends when somebody wants it to; undefined when nobody does. */
async function whoStopped(id: string, signals: Signals): Promise<End | undefined> {
  const stop = await readStop(id).catch(() => undefined);
  if (stop) return { state: 'ended', reason: `It was stopped by ${stop.by}.` };
  const signal = signals.received();
  return signal && { state: 'ended', reason: `It was told to end (${signal}), by the system or by hand.` };
}
