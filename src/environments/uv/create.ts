import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError, type Progress, tilde } from '../../files/index.ts';
import { lastLines, run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { sitePackages } from '../distributions.ts';
import { stageVariable } from '../orphans.ts';
import type { Plan } from '../plan.ts';
import { cacheDirectory, isCached, readCache } from './cache.ts';
import { uvError } from './errors.ts';
import { watchInstall } from './measure.ts';
import { neutralDirectory, uvVariables } from './program.ts';

/** What was found out while making it. */
export interface Made {
  /** Variables without which its Python does not load. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Makes the environment of a plan at `prefix`, which may then be renamed: its scripts find their Python by where they are.
 *
 * Three steps: `uv venv`, `uv pip sync`, and the check that its Python runs by itself. `signal` is asked between them.
 */
export async function createEnvironment(
  site: Site,
  plan: Plan,
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
  return { variables };
}

/** `uv venv --relocatable --no-project --prompt NAME --python PYTHON PREFIX` */
async function makeEmpty(site: Site, { uv, python, wanted }: Plan, prefix: string): Promise<void> {
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
    env: { ...uvVariables(site), ...markOf(prefix) },
    timeoutMs: 300_000,
  });
  if (result.exitCode !== 0) throw uvError(result, `Cannot make ${wanted.name}`);
}

/**
 * `uv pip sync --compile-bytecode --python PREFIX/bin/python requirements.txt`, each line pinned and with its hashes.
 *
 * Not from pylock.toml itself: with uv 0.13 that downloads again what is in the cache.
 */
async function install(site: Site, plan: Plan, prefix: string, progress: Progress): Promise<void> {
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
  plan: Plan,
  prefix: string,
  list: string,
  offline: boolean,
  onStderr: (text: string) => void,
): Promise<PierError | undefined> {
  const args = ['pip', 'sync', '--compile-bytecode', '--python', path.join(prefix, 'bin', 'python'), list];
  const result = await run(plan.uv.file, offline ? [...args, '--offline'] : args, {
    cwd: neutralDirectory,
    env: { ...uvVariables(site), ...markOf(prefix), VIRTUAL_ENV: prefix },
    timeoutMs: 4 * 3_600_000,
    onStderr,
  });
  return result.exitCode === 0 ? undefined : uvError(result, `Cannot install the packages of ${plan.wanted.name}`);
}

/** A stage is the directory above what is made in it. */
function markOf(prefix: string): NodeJS.ProcessEnv {
  return stageVariable(path.basename(path.dirname(prefix)));
}

const loaderTest = 'import ssl, sqlite3, ctypes';

/**
 * `env -i PREFIX/bin/python -c 'import ssl, sqlite3, ctypes'`: whether it runs where no module is loaded.
 *
 * When it does so only with our LD_LIBRARY_PATH, gives that, to be set whenever it runs.
 */
export async function checkLoader(prefix: string): Promise<Record<string, string>> {
  const python = path.join(prefix, 'bin', 'python');
  const bare = await run(python, ['-c', loaderTest], { env: {}, timeoutMs: 120_000 });
  if (bare.exitCode === 0) return {};
  const { LD_LIBRARY_PATH } = process.env;
  if (LD_LIBRARY_PATH) {
    const helped = await run(python, ['-c', loaderTest], { env: { LD_LIBRARY_PATH }, timeoutMs: 120_000 });
    if (helped.exitCode === 0) return { LD_LIBRARY_PATH };
  }
  throw new PierError(
    'python-unusable',
    `The Python of ${tilde(prefix)} does not run by itself:\n${lastLines(bare.stderr, 4)}`,
    {
      hint: 'Take another Python: --python /path/to/python3',
    },
  );
}

/** Writes the exact list beside pier's record: `<prefix>/.pier/pylock.toml`. */
export async function keepLock(plan: Plan, prefix: string): Promise<void> {
  // Not `recursive`: with that, Node 20 says ENOENT where the disk is full.
  await mkdir(path.join(prefix, '.pier'));
  await writeFile(path.join(prefix, '.pier', 'pylock.toml'), plan.lock.text, { mode: 0o600 });
}
