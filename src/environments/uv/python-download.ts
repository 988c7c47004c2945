import path from 'node:path';
import { PierError, type Progress } from '../../files/index.ts';
import { type RunResult, run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import type { Wanted } from '../plan.ts';
import { uvError } from './errors.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';
import { choosePython, type Python } from './python.ts';

/**
 * A Python from PATH, or, where the profile allows it and none there will do, one that uv downloads.
 *
 * Those live beside the environments, in `<root>/.pier-python`, so that whoever may read these can run them.
 * Errors: `python-missing`, `python-unusable`.
 */
export async function findPython(site: Site, uv: Uv, wanted: Wanted, progress: Progress): Promise<Python> {
  try {
    return await choosePython(wanted.python ?? undefined);
  } catch (error) {
    const isMissing = error instanceof PierError && error.code === 'python-missing';
    if (!isMissing || !site.profile.packages.python_downloads) throw error;
    return await downloaded(site, uv, wanted, progress, error);
  }
}

async function downloaded(site: Site, uv: Uv, wanted: Wanted, progress: Progress, why: PierError): Promise<Python> {
  const version = wanted.python ?? '3';
  const python = (found: RunResult) => ({ ...parseFound(found.stdout), reason: 'uv’s own, as none on PATH will do' });
  const before = await find(site, uv, wanted.root, version);
  if (before.exitCode === 0) return python(before);
  progress({ step: 'python', message: `Downloading Python ${wanted.python ?? ''}`.trimEnd() });
  const result = await install(site, uv, wanted.root, version);
  const after = await find(site, uv, wanted.root, version);
  if (result.exitCode === 0 && after.exitCode === 0) return python(after);
  const { message } = uvError(result.exitCode === 0 ? after : result, 'uv cannot get one either');
  throw new PierError(why.code, `${why.message}\n${message}`, { cause: why, ...(why.hint ? { hint: why.hint } : {}) });
}

function variables(site: Site, uv: Uv, root: string): NodeJS.ProcessEnv {
  const mirror = site.profile.packages.mirrors.python;
  return {
    ...(mirror ? { UV_PYTHON_INSTALL_MIRROR: mirror } : {}),
    ...uvVariables(site, uv),
    UV_PYTHON_DOWNLOADS: 'manual',
    UV_PYTHON_INSTALL_DIR: path.join(root, '.pier-python'),
  };
}

/** `uv python install --no-bin VERSION` */
async function install(site: Site, uv: Uv, root: string, version: string): Promise<RunResult> {
  const args = ['python', 'install', '--no-bin', version];
  return await run(uv.file, args, { cwd: neutralDirectory, env: variables(site, uv, root), timeoutMs: 1_800_000 });
}

/** `uv python find --managed-python --no-project VERSION`: the path of one that uv installed before. */
async function find(site: Site, uv: Uv, root: string, version: string): Promise<RunResult> {
  const args = ['python', 'find', '--managed-python', '--no-project', version];
  return await run(uv.file, args, { cwd: neutralDirectory, env: variables(site, uv, root), timeoutMs: 60_000 });
}

/** uv names their directories for the version: `…/cpython-3.12.16-linux-x86_64-gnu/bin/python3.12`. */
function parseFound(stdout: string): { file: string; version: string } {
  const file = stdout.trim();
  const version = /\/cpython-(\d+\.\d+\.\d+)[^/]*\/bin\/[^/]+$/.exec(file)?.[1];
  if (!version) throw new PierError('python-missing', `uv names a Python that pier cannot make sense of: ${file}`);
  return { file, version };
}
