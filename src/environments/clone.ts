import { lstat, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, PierError, type Progress, tilde } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { writeActivation } from './activation/files.ts';
import { alone } from './alone.ts';
import { backEndOf } from './back-end.ts';
import { countTree } from './count.ts';
import { packagesIn as packagesOf } from './distributions.ts';
import type { Environment } from './environment.ts';
import { findEnvironment, refuseUnusable } from './find.ts';
import { interruptible } from './interrupt.ts';
import { readAt } from './list.ts';
import { checkName } from './names.ts';
import { sweep } from './neighbours.ts';
import { readEnvironmentRecord, writeEnvironmentRecord } from './record.ts';
import { environmentsRoot } from './root.ts';
import { checkSpace, roomAt } from './space.ts';
import { type Stage, withStage } from './stage.ts';
import { refuseUntrusted } from './trust.ts';

/**
 * Makes a copy of an environment under another name, of one's own: with what was asked for, its variables and its exact
 * list. The original may be anybody's, and frozen. Killed at any moment, nothing is listed.
 *
 * Errors: those of `findEnvironment`, `environment-broken`, `environment-untrusted`, `name-invalid`,
 * `environment-exists`, `no-space`, `interrupted`.
 */
export async function cloneEnvironment(
  site: Site,
  request: { readonly name: string; readonly to: string },
  progress: Progress,
): Promise<Environment> {
  const source = await findEnvironment(site, request.name);
  const root = environmentsRoot(site);
  checkName(request.to, root);
  refuseUnusable(source);
  await refuseUntrusted(source);
  const target = path.join(root, request.to);
  await refuseExisting(target);
  await mkdir(root, { recursive: true }).catch((error) => {
    throw cannotWrite(root, error);
  });
  return await interruptible((signal) =>
    withStage(root, request.to, (stage) =>
      undisturbed(source, progress, signal, () => copy(site, source, stage, target, progress, signal)),
    ),
  );
}

/** One of ours is not changed meanwhile; one of others, or a frozen one, cannot be locked and has to hold still. */
async function undisturbed<Value>(
  source: Environment,
  progress: Progress,
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> {
  if (source.origin !== 'owned' || source.frozen) return await work();
  return await alone(source, { doing: 'being copied', progress, signal, breakLock: false }, work);
}

async function copy(
  site: Site,
  source: Environment,
  stage: Stage,
  target: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Environment> {
  await sweep(stage, progress).catch(() => {});
  const left = await roomAt(site, stage.root);
  const { files, bytes } = source;
  const cost = { packages: 1, guessed: [], files: files ?? 0, bytes: 0, download: 0 };
  checkSpace(path.basename(target), { ...cost, root: stage.root, ...left });
  const backEnd = await backEndOf(source);
  await backEnd.clone(site, source, { prefix: stage.prefix, target, signal }, progress);
  await writeActivation({ ...source, prefix: target, name: path.basename(target) }, stage.prefix);
  await writeCopyRecord(source, stage.prefix, path.basename(target));
  signal.throwIfAborted();
  await publish(stage.prefix, target);
  const made = await readAt(site, target);
  if (made) return { ...made, files: made.files ?? files, bytes: made.bytes ?? bytes };
  throw new PierError('environment-broken', `${tilde(target)} was made, but cannot be read.`, {
    hint: 'pier env list',
  });
}

async function writeCopyRecord(source: Environment, prefix: string, name: string): Promise<void> {
  const known = readEnvironmentRecord(source.prefix);
  const cost = await countTree(prefix);
  const asked = source.specs.length > 0 ? source.specs : requestedIn(source);
  await writeEnvironmentRecord(prefix, {
    version: 1,
    from: known?.from ?? null,
    specs: asked,
    python: source.python ? { version: source.python.version, base: source.python.base ?? '' } : null,
    variables: source.variables,
    modules: source.modules,
    lock: known?.lock ?? '',
    backEnd: source.kind === 'conda' ? 'conda' : 'uv',
    channels: known?.channels ?? [],
    pip: known?.pip ?? [],
    maker: known?.maker ?? 'unknown',
    name,
    created: new Date().toISOString(),
    files: cost.files + 1,
    bytes: cost.bytes,
    ...(known?.target ? { target: known.target } : {}),
  });
}

/** Of one that pier has no record of: what its own installer marked as asked for. */
function requestedIn(source: Environment): string[] {
  return packagesOf(source)
    .filter(({ requested }) => requested)
    .map(({ name }) => name);
}

async function refuseExisting(target: string): Promise<void> {
  if (!(await lstat(target).catch(() => undefined))) return;
  throw new PierError('environment-exists', `There is already ${tilde(target)}.`, {
    hint: `Take another name, or remove it first: pier env remove ${path.basename(target)}`,
  });
}

/** rename(2), which never replaces a directory that is not empty. */
async function publish(prefix: string, target: string): Promise<void> {
  try {
    await rename(prefix, target);
  } catch (error) {
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(errnoOf(error) ?? '')) await refuseExisting(target);
    throw cannotWrite(target, error);
  }
}
