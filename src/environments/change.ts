import { noProgress, PierError, type Progress, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { alone } from './alone.ts';
import { type BackEnd, backEndOf, type Change, type PlannedChange } from './back-end.ts';
import { beginChange, endChange, readChange } from './change-journal.ts';
import { changeDirectory } from './change-state.ts';
import { countTree } from './count.ts';
import { sayWhere } from './elsewhere.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { refuseReadOnly } from './read-only.ts';
import { readEnvironmentRecord, writeEnvironmentRecord } from './record.ts';
import { checkSpace } from './space.ts';
import { refuseOptions } from './specs.ts';
import { refuseUntrusted } from './trust.ts';
import { absolute } from './wanted.ts';

/** What a person asks to have changed. With neither, an interrupted change is cleared up and nothing else is done. */
export interface ChangeRequest {
  /** Name or path. */
  readonly name: string;
  readonly install?: readonly string[];
  readonly uninstall?: readonly string[];
  /** Through pip, on top of what conda installed. */
  readonly pip?: boolean;
  /** Take the lock whoever has it. */
  readonly breakLock?: boolean;
}

export type ChangePlan = Pick<PlannedChange, 'moves' | 'forecast' | 'specs' | 'pip'>;

export interface ChangeHooks {
  readonly progress: Progress;
  /** Called once the environment is known, and may be changed. */
  readonly onFound?: (environment: Environment) => Promise<void>;
  /** Called with what is going to happen, before it does; throws to have it not happen. */
  readonly onPlan?: (plan: ChangePlan, environment: Environment) => Promise<void>;
}

export interface ChangeDone {
  readonly environment: Environment;
  readonly moves: PlannedChange['moves'];
  /** What a change that was interrupted before had been about, when this put it right first; else null. */
  readonly repaired: string | null;
}

/**
 * Installs into an environment and uninstalls from it, in place and alone.
 *
 * Killed at any moment, it is `partial`, and the next change first puts it back to what it was. When it fails or is
 * interrupted, that is done at once. Errors: `environment-foreign`, `environment-frozen`, `environment-untrusted`,
 * `environment-busy`, `no-space`, `interrupted`, and those of resolving.
 */
export async function changeEnvironment(site: Site, request: ChangeRequest, hooks: ChangeHooks): Promise<ChangeDone> {
  const { install = [], uninstall = [], breakLock = false } = request;
  refuseOptions([...install, ...uninstall]);
  const found = await findEnvironment(site, request.name);
  refuseReadOnly(found);
  await refuseUntrusted(found);
  await hooks.onFound?.(found);
  const doing = describe(install, uninstall);
  return await interruptible(async (signal) =>
    alone(found, { doing, progress: hooks.progress, signal, breakLock }, async () => {
      const backEnd = await backEndOf(found);
      const repaired = await repairIfNeeded(site, found, backEnd, hooks.progress);
      const environment = await reread(site, found);
      const change = { environment, install: install.map(absolute), uninstall, pip: request.pip ?? false };
      const moves = await changeAlone(site, change, backEnd, doing, hooks, signal);
      return { environment: await reread(site, environment), moves, repaired };
    }),
  );
}

function describe(install: readonly string[], uninstall: readonly string[]): string {
  const parts = [
    ...(install.length > 0 ? [`installing ${install.join(', ')}`] : []),
    ...(uninstall.length > 0 ? [`uninstalling ${uninstall.join(', ')}`] : []),
  ];
  const text = parts.join(', ') || 'putting it right';
  return text.length > 200 ? `${text.slice(0, 200)} …` : text;
}

async function changeAlone(
  site: Site,
  change: Change,
  backEnd: BackEnd,
  doing: string,
  hooks: ChangeHooks,
  signal: AbortSignal,
): Promise<PlannedChange['moves']> {
  if (change.install.length + change.uninstall.length === 0) return [];
  const { environment } = change;
  const plan = await backEnd.planChange(site, change, hooks.progress).catch((error) => {
    throw sayWhere(site, error);
  });
  signal.throwIfAborted();
  await hooks.onPlan?.(plan, environment);
  checkSpace(environment.name, plan.forecast);
  const id = await beginChange(environment.prefix, doing);
  try {
    const changed = await plan.apply(hooks.progress, signal);
    signal.throwIfAborted();
    await commit(environment, plan, changed, id);
  } catch (error) {
    await undo(site, environment, backEnd, hooks.progress, error);
    throw error;
  }
  await endChange(environment.prefix);
  return plan.moves;
}

/** The record is what counts: with it written, the change is complete. */
async function commit(
  { prefix }: Environment,
  plan: PlannedChange,
  { lock, variables, tool }: Awaited<ReturnType<PlannedChange['apply']>>,
  id: string,
): Promise<void> {
  const record = readEnvironmentRecord(prefix);
  if (!record) throw new PierError('record-damaged', `The record of ${tilde(prefix)} is gone.`);
  const cost = await countWithout(prefix);
  const { specs, pip } = plan;
  const now = { id, at: new Date().toISOString() };
  await writeEnvironmentRecord(prefix, {
    ...record,
    ...cost,
    maker: tool,
    specs,
    pip,
    variables,
    lock: lock ?? '',
    lastChange: now,
  });
}

/** What it costs without what is only there while it is being changed: the lease and the change's directory. */
async function countWithout(prefix: string): Promise<{ files: number; bytes: number }> {
  const [all, change] = [await countTree(prefix), await countTree(changeDirectory(prefix))];
  return { files: all.files - change.files - 1, bytes: all.bytes - change.bytes };
}

/** Puts back what a change that failed has done. When even that fails, both are said, and the next run tries again. */
async function undo(
  site: Site,
  environment: Environment,
  backEnd: BackEnd,
  progress: Progress,
  why: unknown,
): Promise<void> {
  try {
    await backEnd.repair(site, environment, progress);
    await endChange(environment.prefix);
  } catch (error) {
    const { name } = environment;
    const what = error instanceof Error ? error.message : String(error);
    const first = why instanceof Error ? why.message : String(why);
    throw new PierError('environment-partial', `${first}\nNor can ${name} be put back as it was: ${what}`, {
      hint: `Once that is put right: pier env install ${name}`,
      cause: why,
    });
  }
}

/** Clears up after a change that was interrupted; gives what that had been about. */
export async function repairIfNeeded(
  site: Site,
  environment: Environment,
  backEnd: BackEnd,
  progress: Progress = noProgress,
): Promise<string | null> {
  const begun = await readChange(environment.prefix);
  if (!begun) return null;
  const complete = begun.id !== null && readEnvironmentRecord(environment.prefix)?.lastChange?.id === begun.id;
  if (!complete) await backEnd.repair(site, environment, progress);
  // A change of name is finished, not undone: under the new name it is found already.
  if (begun.from !== null && begun.from !== environment.prefix) {
    const { finishRename } = await import('./rename.ts');
    await finishRename(site, environment, begun.from);
  }
  await endChange(environment.prefix);
  return complete ? null : begun.doing;
}

async function reread(site: Site, { prefix, name }: Environment): Promise<Environment> {
  const now = await readAt(site, prefix);
  if (now) return now;
  throw new PierError('environment-unknown', `${name} is gone: somebody removed it meanwhile.`, {
    hint: 'pier env list',
  });
}
