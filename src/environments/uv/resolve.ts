import { PierError, type Progress } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { uvError } from './errors.ts';
import { type Lock, parseLock } from './lock.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';
import type { Python } from './python.ts';

/** What the resolver decided, and whether it had only uv's cache to go by. */
export interface Resolved {
  readonly lock: Lock;
  readonly offline: boolean;
}

/**
 * Decides once what exactly will be installed: `uv pip compile --format pylock.toml --python PYTHON -`.
 *
 * When the index does not answer, uv's cache is asked alone. Errors: `packages-unresolvable`, `spec-invalid`, `offline`, …
 */
export async function resolve(
  site: Site,
  uv: Uv,
  python: Python,
  specs: readonly string[],
  progress: Progress,
): Promise<Resolved> {
  progress({ step: 'resolve', message: 'Choosing versions' });
  try {
    return { lock: await compile(site, uv, python, specs, []), offline: false };
  } catch (error) {
    if (!(error instanceof PierError) || error.code !== 'offline') throw error;
    progress({ step: 'resolve', message: 'The package index does not answer; choosing from uv’s cache' });
    return { lock: await compile(site, uv, python, specs, ['--offline']), offline: true };
  }
}

async function compile(
  site: Site,
  uv: Uv,
  python: Python,
  specs: readonly string[],
  more: readonly string[],
): Promise<Lock> {
  const args = [
    'pip',
    'compile',
    '--quiet',
    '--format',
    'pylock.toml',
    '--no-header',
    '--python',
    python.file,
    ...more,
    '-',
  ];
  const result = await run(uv.file, args, {
    cwd: neutralDirectory,
    env: uvVariables(site),
    input: `${specs.join('\n')}\n`,
    timeoutMs: 900_000,
  });
  if (result.exitCode !== 0) throw uvError(result, 'Cannot choose versions');
  return parseLock(result.stdout, python.version, neutralDirectory);
}
