import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cannotWriteTemporary, makeTemporaryDirectory, PierError, type Progress } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { requiredSums } from '../required-sums.ts';
import { refuseBreaks } from '../specs.ts';
import { uvError } from './errors.ts';
import { type Lock, parseLock } from './lock.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';
import type { Python } from './python.ts';
import type { Source } from './source.ts';
import { holdToSums } from './sums.ts';

/** What the resolver decided, and whether it had only uv's cache to go by. */
export interface Resolved {
  readonly lock: Lock;
  readonly offline: boolean;
}

/** Versions that are kept where the requirements allow it, by normalised name. */
export type Preferred = ReadonlyMap<string, string>;

/**
 * Decides once what exactly will be installed: `uv pip compile --format pylock.toml --python PYTHON -o FILE -`.
 *
 * When the index does not answer, uv's cache is asked alone. Errors: `packages-unresolvable`, `spec-invalid`, `offline`,
 * `sums-differ`, …
 */
export async function resolve(
  site: Site,
  uv: Uv,
  python: Python,
  asked: readonly string[] | Source,
  progress: Progress,
  preferred: Preferred = new Map(),
): Promise<Resolved> {
  progress({ step: 'resolve', message: 'Choosing versions' });
  try {
    return { lock: await compile(site, uv, python, asked, preferred, []), offline: false };
  } catch (error) {
    if (!(error instanceof PierError) || error.code !== 'offline') throw error;
    progress({ step: 'resolve', message: 'The package index does not answer; choosing from uv’s cache' });
    const lock = await compile(site, uv, python, asked, preferred, ['--offline']).catch((second) => {
      throw withFirst(error, second);
    });
    return { lock, offline: true };
  }
}

/** What is not in the cache matters only because the index that the first error names did not answer. */
function withFirst(first: PierError, second: unknown): unknown {
  if (!(second instanceof PierError) || second.code !== 'offline') return second;
  return new PierError('offline', `${first.message}\n${second.message}`, {
    cause: first,
    ...(second.hint ? { hint: second.hint } : {}),
  });
}

async function compile(
  site: Site,
  uv: Uv,
  python: Python,
  asked: readonly string[] | Source,
  preferred: Preferred,
  more: readonly string[],
): Promise<Lock> {
  const { files, lines, directory, sums } =
    'lines' in asked ? asked : { files: [], lines: asked, directory: neutralDirectory, sums: [] };
  refuseBreaks(lines);
  const required = [...sums, ...lines.flatMap((line) => requiredSums(line, null))];
  const own = await makeTemporaryDirectory('pier-resolve-');
  try {
    // What stands in the file already is what uv prefers.
    const file = path.join(own, 'pylock.toml');
    if (preferred.size > 0) await writeFile(file, listOf(preferred));
    const args = ['pip', 'compile', '--quiet', '--format', 'pylock.toml', '--no-header', '--python', python.file];
    const result = await run(uv.file, [...args, '--output-file', file, ...more, ...files, '-'], {
      cwd: directory,
      env: uvVariables(site, uv),
      input: `${lines.join('\n')}\n`,
      timeoutMs: 900_000,
    });
    if (result.exitCode !== 0) throw uvError(result, 'Cannot choose versions');
    return parseLock(holdToSums(await readFile(file, 'utf8'), required), python.version, own);
  } catch (error) {
    throw cannotWriteTemporary(error);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** As much of a lock file (PEP 751) as uv reads to know what was chosen before. */
function listOf(preferred: Preferred): string {
  const packages = [...preferred].map(
    ([name, version]) => `[[packages]]\nname = ${JSON.stringify(name)}\nversion = ${JSON.stringify(version)}\n`,
  );
  return ['lock-version = "1.0"\ncreated-by = "pier"\n', ...packages].join('\n');
}
