import { copyFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, type Progress, writeRecord } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import type { Changed } from '../back-end.ts';
import { changeDirectory } from '../change-state.ts';
import { installedIn, sitePackages } from '../distributions.ts';
import type { Environment } from '../environment.ts';
import { checkLoader } from '../loader.ts';
import { stageVariable } from '../orphans.ts';
import { cacheDirectory, isCached, readCache } from './cache.ts';
import type { Steps } from './change.ts';

import { uvError } from './errors.ts';
import { keptLockFile } from './kept-lock.ts';
import type { Lock } from './lock.ts';
import { watchInstall } from './measure.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';

interface Task {
  readonly environment: Environment;
  readonly uv: Uv;
  readonly lock: Lock;
  readonly offline: boolean;
  readonly steps: Steps;
}

/** Names of what a change keeps in its directory, for `repair`. */
export const saved = {
  before: 'before.json',
  oldLock: 'old-pylock.toml',
  newLock: 'new-pylock.toml',
  /** The RECORD of a distribution that is going to change. */
  record: (directory: string) => `${path.basename(directory)}.RECORD`,
} as const;

/** Changes what is installed, in place. Until all is saved that undoing needs, nothing is touched. */
export async function applyChange(site: Site, task: Task, progress: Progress, signal: AbortSignal): Promise<Changed> {
  const { environment, uv, lock, steps } = task;
  const { prefix } = environment;
  await save(prefix, lock, steps);
  signal.throwIfAborted();
  if (steps.coming.length > 0) await install(site, task, progress, signal);
  signal.throwIfAborted();
  if (steps.leaving.length > 0) await uninstall(site, uv, prefix, steps.leaving);
  signal.throwIfAborted();
  progress({ step: 'check', message: 'Checking that its Python runs by itself' });
  const variables = await checkLoader(prefix);
  await rename(path.join(changeDirectory(prefix), saved.newLock), keptLockFile(prefix));
  return { lock: lock.sha256, variables, tool: `uv ${uv.version}` };
}

async function save(prefix: string, lock: Lock, { before }: Steps): Promise<void> {
  const directory = changeDirectory(prefix);
  const keep = (from: string, name: string) =>
    copyFile(from, path.join(directory, name)).catch((error) => {
      if (errnoOf(error) !== 'ENOENT') throw error;
    });
  try {
    await keep(keptLockFile(prefix), saved.oldLock);
    await writeFile(path.join(directory, saved.newLock), lock.text, { mode: 0o644 });
    for (const item of installedIn(prefix)) {
      if (item.name in before) await keep(path.join(item.directory, 'RECORD'), saved.record(item.directory));
    }
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  // Last: with it, all that came before is there.
  await writeRecord(path.join(directory, saved.before), { version: 1, before });
}

/** `uv pip install --no-deps --compile-bytecode --python PREFIX/bin/python -r LIST`, each line pinned, with its hashes. */
async function install(
  site: Site,
  { environment, uv, offline, steps }: Task,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { prefix, name } = environment;
  const list = path.join(changeDirectory(prefix), 'requirements.txt');
  await writeFile(list, steps.coming.map(({ requirement }) => `${requirement}\n`).join(''));
  const cacheRoot = await cacheDirectory(site, uv);
  const cache = readCache(cacheRoot);
  const missing = steps.coming.filter((item) => !isCached(cache, item));
  const watch = watchInstall(sitePackages(prefix) ?? prefix, steps.coming, missing, cacheRoot, progress);
  const again = steps.coming
    .filter(({ version }) => version === null)
    .flatMap((item) => ['--reinstall-package', item.name]);
  const once = (without: boolean) =>
    uvPip(
      site,
      uv,
      prefix,
      [
        ...['install', '--no-deps', '--compile-bytecode', ...(without ? ['--offline'] : []), ...again],
        ...['--python', path.join(prefix, 'bin', 'python'), '-r', list],
      ],
      watch.hear,
    );
  try {
    const alone = offline || missing.length === 0;
    const first = await once(alone);
    // One that was interrupted fails as well.
    signal.throwIfAborted();
    // What the cache seemed to have may be another build of it.
    const result = first.exitCode !== 0 && alone && !offline ? await once(false) : first;
    if (result.exitCode !== 0) throw uvError(result, `Cannot install the packages of ${name}`);
  } finally {
    watch.stop();
  }
}

/** `uv pip uninstall --python PREFIX/bin/python NAMES…` */
async function uninstall(site: Site, uv: Uv, prefix: string, names: readonly string[]): Promise<void> {
  const result = await uvPip(site, uv, prefix, ['uninstall', '--python', path.join(prefix, 'bin', 'python'), ...names]);
  if (result.exitCode !== 0) throw uvError(result, `Cannot uninstall ${names.join(', ')}`);
}

/** `uv pip …`, marked so that it is found and ended when pier was killed and it was not. */
export async function uvPip(
  site: Site,
  uv: Uv,
  prefix: string,
  args: readonly string[],
  onStderr: (text: string) => void = () => {},
) {
  return await run(uv.file, ['pip', ...args], {
    cwd: neutralDirectory,
    env: { ...uvVariables(site, uv), ...stageVariable(markOf(prefix)), VIRTUAL_ENV: prefix },
    timeoutMs: 4 * 3_600_000,
    onStderr,
  });
}

/** One environment is changed by one pier at a time, so its path tells whose a left over uv is. */
export function markOf(prefix: string): string {
  return `in ${prefix}`;
}
