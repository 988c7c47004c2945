import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PierError, Progress } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { sitePackages } from '../distributions.ts';
import { checkLoader } from '../loader.ts';
import { stageVariable } from '../orphans.ts';
import type { Made, UvPlan } from '../plan.ts';
import { cacheDirectory, isCached, readCache } from './cache.ts';
import { uvError } from './errors.ts';
import { watchInstall } from './measure.ts';
import { neutralDirectory, uvVariables } from './program.ts';

/**
 * Makes the environment of a plan at `prefix`, which may then be renamed: its scripts find their Python by where they are.
 *
 * Three steps: `uv venv`, `uv pip sync`, and the check that its Python runs by itself. `signal` is asked between them.
 */
export async function createEnvironment(
  site: Site,
  plan: UvPlan,
  prefix: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Made> {
  await makeEmpty(site, plan, prefix);
  signal.throwIfAborted();
  if (plan.lock.packages.length > 0) await install(site, plan, prefix, progress);
  signal.throwIfAborted();
  progress({ step: 'check', message: 'Checking that its Python runs by itself' });
  const variables = await checkLoader(prefix);
  signal.throwIfAborted();
  await keepLock(plan, prefix);
  return {
    variables,
    python: { version: plan.python.version, base: path.dirname(plan.python.file) },
    lock: plan.lock.sha256,
    maker: `uv ${plan.uv.version}`,
  };
}

/** `uv venv --relocatable --no-project --prompt NAME --python PYTHON PREFIX` */
async function makeEmpty(site: Site, { uv, python, wanted }: UvPlan, prefix: string): Promise<void> {
  const args = [
    'venv',
    '--quiet',
    '--relocatable',
    '--no-project',
    '--prompt',
    wanted.name,
    '--python',
    python.file,
    prefix,
  ];
  const result = await run(uv.file, args, {
    cwd: neutralDirectory,
    env: { ...uvVariables(site, uv), ...markOf(prefix) },
    timeoutMs: 300_000,
  });
  if (result.exitCode !== 0) throw uvError(result, `Cannot make ${wanted.name}`);
}

/**
 * `uv pip sync --compile-bytecode --python PREFIX/bin/python requirements.txt`, each line pinned and with its hashes.
 *
 * Not from pylock.toml itself: with uv 0.13 that downloads again what is in the cache.
 */
async function install(site: Site, plan: UvPlan, prefix: string, progress: Progress): Promise<void> {
  const list = path.join(path.dirname(prefix), 'requirements.txt');
  await writeFile(list, plan.lock.packages.map(({ requirement }) => `${requirement}\n`).join(''));
  const cacheRoot = await cacheDirectory(site, plan.uv);
  const cache = readCache(cacheRoot);
  const missing = plan.lock.packages.filter((item) => !isCached(cache, item));
  const watch = watchInstall(sitePackages(prefix) ?? prefix, plan.lock.packages, missing, cacheRoot, progress);
  const sync = (offline: boolean) => syncOnce(site, plan, prefix, list, offline, watch.hear);
  try {
    // With everything there, asking the index about each package again would only take time, or fail.
    const first = await sync(plan.offline || missing.length === 0);
    if (first?.code === 'offline' && !plan.offline && missing.length === 0) throwIf(await sync(false));
    else throwIf(first);
  } finally {
    watch.stop();
  }
}

function throwIf(error: PierError | undefined): void {
  if (error) throw error;
}

/** Gives back what uv says against it, or undefined when all is installed. */
async function syncOnce(
  site: Site,
  plan: UvPlan,
  prefix: string,
  list: string,
  offline: boolean,
  onStderr: (text: string) => void,
): Promise<PierError | undefined> {
  const args = ['pip', 'sync', '--compile-bytecode', '--python', path.join(prefix, 'bin', 'python'), list];
  const result = await run(plan.uv.file, offline ? [...args, '--offline'] : args, {
    cwd: neutralDirectory,
    env: { ...uvVariables(site, plan.uv), ...markOf(prefix), VIRTUAL_ENV: prefix },
    timeoutMs: 4 * 3_600_000,
    onStderr,
  });
  return result.exitCode === 0 ? undefined : uvError(result, `Cannot install the packages of ${plan.wanted.name}`);
}

/** A stage is the directory above what is made in it. */
function markOf(prefix: string): NodeJS.ProcessEnv {
  return stageVariable(path.basename(path.dirname(prefix)));
}

/** Writes the exact list beside pier's record: `<prefix>/.pier/pylock.toml`. */
async function keepLock(plan: UvPlan, prefix: string): Promise<void> {
  // Not `recursive`: with that, Node 20 says ENOENT where the disk is full.
  await mkdir(path.join(prefix, '.pier'));
  await writeFile(path.join(prefix, '.pier', 'pylock.toml'), plan.lock.text, { mode: 0o644 });
}
