import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { requirementName } from '../distributions.ts';
import { namedPlaces } from '../named-places.ts';
import type { RequestFile } from '../request-file.ts';
import { type RequiredSums, requiredSums, withoutSums } from '../required-sums.ts';
import { neutralDirectory, type Uv } from './program.ts';
import { pylockLines } from './pylock.ts';
import { uvLockLines } from './uv-lock.ts';

/** What `uv pip compile` is given: files as arguments, requirements as its input, and where it runs. */
export interface Source {
  readonly files: readonly string[];
  readonly lines: readonly string[];
  /** A project's own settings, such as its indexes, count for its files; else no directory's do. */
  readonly directory: string;
  /** What was asked for, as a person would write it. */
  readonly specs: readonly string[];
  /** Those of the files; those in the lines are there. */
  readonly sums: readonly RequiredSums[];
}

/** Makes a source of typed requirements and a file. Errors: `file-invalid`, `lock-unreadable`, those of uv. */
export async function readSource(
  site: Site,
  uv: Uv,
  typed: readonly string[],
  file: RequestFile | null,
): Promise<Source> {
  if (!file || file.kind === 'environment')
    return { files: [], lines: typed, directory: neutralDirectory, specs: typed, sums: [] };
  const directory = path.dirname(file.file);
  const merge = (specs: readonly string[]) => [...new Set([...typed, ...specs])].sort();
  if (file.kind === 'requirements') {
    return { files: [file.file], lines: typed, directory, specs: merge([...file.places.keys()]), sums: file.sums };
  }
  if (file.kind === 'project') {
    return { files: [file.file], lines: typed, directory, specs: merge(await projectSpecs(file.file)), sums: [] };
  }
  const exact =
    file.kind === 'pylock' ? await pylockLines(site, uv, file.file) : await uvLockLines(site, uv, file.file);
  const specs =
    file.kind === 'pylock' ? exact.map(withoutSums) : await projectSpecs(path.join(directory, 'pyproject.toml'));
  const place = tilde(file.file);
  const sums = exact.flatMap((line) => requiredSums(line, place));
  return { files: [], lines: [...typed, ...exact.map(withoutSums)], directory, specs: merge(specs), sums };
}

/** `dependencies` of `[project]`: a list of texts, which TOML writes as JSON does or in single quotes. */
async function projectSpecs(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const project = /^\[project\]\s*$([\s\S]*?)(?=^\[(?!\[)|(?![\s\S]))/m.exec(text)?.[1] ?? '';
  const list = /^dependencies\s*=\s*\[((?:[^\]"']|"(?:[^"\\]|\\.)*"|'[^']*')*)\]/m.exec(project)?.[1] ?? '';
  return [...list.replace(/^\s*#.*$/gm, '').matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)].map(
    ([, basic, literal]) => basic ?? literal ?? '',
  );
}

/** uv shows the line between bars, and then says what it expected. */
function notToml(file: string, line: string, shown: string): PierError {
  const why = shown.split(/[|^]/).at(-1)?.trim() || 'this is not TOML';
  return new PierError('file-invalid', `${tilde(file)}:${line}: ${why}.`, { hint: 'Mend that line, then try again.' });
}

/** Says where in the file stands what uv complains about: it gives a position, or only a package's name. */
export async function locate(error: unknown, file: RequestFile | null): Promise<unknown> {
  if (!(error instanceof PierError) || !file) return error;
  if (!['packages-unresolvable', 'spec-invalid', 'uv-failed'].includes(error.code)) return error;
  const broken = /TOML parse error at line (\d+), column \d+ (.*)/.exec(error.message);
  if (broken) return notToml(file.file, broken[1] ?? '1', broken[2] ?? '');
  const position = /at position (\d+)/.exec(error.message)?.[1];
  const text = await readFile(file.file, 'utf8').catch(() => '');
  const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
  const places = line === undefined ? namedPlaces(error.message, file.places, requirementName) : '';
  const message = line === undefined ? `${error.message}${places}` : `${tilde(file.file)}:${line}: ${error.message}`;
  return new PierError(error.code, message, { cause: error, ...(error.hint ? { hint: error.hint } : {}) });
}
