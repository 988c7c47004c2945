import { lstat, mkdir, open, realpath, rename } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, PierError, type Progress, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { writeActivation } from './activation/files.ts';
import { countTree } from './count.ts';
import type { CreateRequest, Environment } from './environment.ts';
import { planFor } from './forecast.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { sweep, waitForOthers } from './neighbours.ts';
import type { Made, Plan, Wanted } from './plan.ts';
import { readEnvironmentRecord, writeEnvironmentRecord } from './record.ts';
import { registerPrefix } from './registry.ts';
import { environmentsRootIfKnown } from './root.ts';
import { checkSpace, spaceAt, withQuota } from './space.ts';
import { type Stage, withStage } from './stage.ts';
import { wantedFrom } from './wanted.ts';

/**
 * Makes an environment: in a private stage, and then renamed into place whole. Killed at any moment, nothing is listed.
 *
 * `plan` is what `forecastEnvironment` gave for the same request; without it that is done here. While another pier makes
 * the same name, waits for it. Errors: `environment-exists`, `no-space`, `interrupted`, those of `forecastEnvironment`, …
 */
export async function createEnvironment(
  site: Site,
  request: CreateRequest,
  progress: Progress,
  plan?: Plan,
): Promise<Environment> {
  const wanted = await wantedFrom(site, request);
  await refuseExisting(wanted);
  await makeRoot(wanted.root);
  return await interruptible((signal) =>
    withStage(wanted.root, wanted.name, (stage) => makeOrAwait(site, wanted, stage, progress, signal, plan)),
  );
}

async function makeOrAwait(
  site: Site,
  wanted: Wanted,
  stage: Stage,
  progress: Progress,
  signal: AbortSignal,
  given?: Plan,
): Promise<Environment> {
  await waitForOthers(stage, progress, signal);
  // Needs no waiting for until the space it frees is counted, and is no reason to fail.
  const swept = sweep(stage, progress).catch(() => {});
  const theirs = await publishedByOther(site, wanted);
  if (theirs) return theirs;
  const plan = given ?? (await planFor(site, wanted, progress));
  await swept;
  signal.throwIfAborted();
  const left = await spaceAt(wanted.root);
  checkSpace(wanted.name, { ...plan.forecast, ...withQuota(left, plan.forecast.quota) });
  await build(site, plan, stage, progress, signal);
  signal.throwIfAborted();
  progress({ step: 'publish', message: `Putting ${wanted.name} in place` });
  if (!(await publish(wanted, stage))) return await lost(site, wanted);
  await makeKnown(site, wanted, progress);
  return await readMade(site, wanted);
}

async function build(site: Site, plan: Plan, stage: Stage, progress: Progress, signal: AbortSignal): Promise<void> {
  const { wanted } = plan;
  try {
    const made = await make(site, plan, stage.prefix, progress, signal);
    await writeActivation(await activated(plan, made.variables), stage.prefix);
    const { files, bytes } = await countTree(stage.prefix);
    await writeEnvironmentRecord(stage.prefix, {
      version: 1,
      name: wanted.name,
      from: wanted.from,
      specs: plan.specs,
      created: new Date().toISOString(),
      // The record itself comes on top.
      files: files + 1,
      bytes,
      backEnd: plan.backEnd,
      channels: wanted.channels,
      pip: wanted.pip,
      modules: wanted.modules,
      fingerprint: wanted.fingerprint,
      ...(wanted.target ? { target: wanted.target } : {}),
      ...made,
    });
  } catch (error) {
    throw error instanceof PierError || !errnoOf(error) ? error : cannotWrite(stage.prefix, error);
  }
}

async function activated({ backEnd, wanted: { name, root, modules } }: Plan, variables: Made['variables']) {
  const kind = backEnd === 'uv' ? ('venv' as const) : ('conda' as const);
  return { kind, prefix: path.join(await realpath(root), name), name, modules, variables };
}

async function make(site: Site, plan: Plan, prefix: string, progress: Progress, signal: AbortSignal): Promise<Made> {
  const { wanted } = plan;
  if (plan.backEnd === 'uv') {
    const { createEnvironment } = await import('./uv/create.ts');
    return await createEnvironment(site, plan, prefix, progress, signal);
  }
  const { createEnvironment } = await import('./conda/create.ts');
  return await createEnvironment(site, plan, prefix, path.join(wanted.root, wanted.name), progress, signal);
}

/** rename(2) of the finished directory. False when another pier was first: it fails on a directory that is not empty. */
async function publish(wanted: Wanted, stage: Stage): Promise<boolean> {
  const prefix = path.join(wanted.root, wanted.name);
  try {
    await rename(stage.prefix, prefix);
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return false;
    throw cannotWrite(prefix, error);
  }
  await flush(wanted.root);
  return true;
}

/** conda finds it by its name, and pier where it looks only because it was told so. */
async function makeKnown(site: Site, wanted: Wanted, progress: Progress): Promise<void> {
  const prefix = path.join(wanted.root, wanted.name);
  if (wanted.root !== environmentsRootIfKnown(site)) registerPrefix(prefix);
  if (wanted.backEnd !== 'conda') return;
  const remark = await (await import('./conda/link.ts')).linkForConda(prefix);
  if (remark) progress({ step: 'link', message: remark });
}

async function readMade(site: Site, wanted: Wanted): Promise<Environment> {
  const prefix = path.join(wanted.root, wanted.name);
  const made = await readAt(site, prefix);
  if (made) return made;
  throw new PierError('environment-broken', `${tilde(prefix)} was made, but cannot be read.`, {
    hint: 'pier env list',
  });
}

/** Has the new name written to disk. Not every file system can do that for a directory. */
async function flush(directory: string): Promise<void> {
  const handle = await open(directory).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function lost(site: Site, wanted: Wanted): Promise<Environment> {
  const theirs = await publishedByOther(site, wanted);
  if (theirs) return theirs;
  throw exists(wanted);
}

/** What another pier has just made under this name, when it is what we were asked for. */
async function publishedByOther(site: Site, wanted: Wanted): Promise<Environment | undefined> {
  const prefix = path.join(wanted.root, wanted.name);
  const record = readEnvironmentRecord(prefix);
  if (record?.fingerprint === wanted.fingerprint) return await readMade(site, wanted);
  await refuseExisting(wanted);
  return undefined;
}

async function refuseExisting(wanted: Wanted): Promise<void> {
  if (await lstat(path.join(wanted.root, wanted.name)).catch(() => undefined)) throw exists(wanted);
}

function exists({ name, root }: Wanted): PierError {
  return new PierError('environment-exists', `There is already ${tilde(path.join(root, name))}.`, {
    hint: `Take another name, or remove it first: pier env remove ${name}`,
  });
}

async function makeRoot(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw cannotWrite(root, error);
  }
}
