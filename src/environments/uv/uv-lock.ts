import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { fileInvalid } from '../request-file.ts';
import { requirementLines } from '../requirement-lines.ts';
import { uvError } from './errors.ts';
import { type Uv, uvVariables } from './program.ts';

/** `uv export --frozen --no-emit-project --format requirements.txt --project DIRECTORY`: pinned, with markers and hashes. */
export async function uvLockLines(site: Site, uv: Uv, file: string): Promise<string[]> {
  refuseEscapes(file, await readFile(file, 'utf8'));
  const directory = path.dirname(file);
  const args = ['export', '--quiet', '--frozen', '--no-emit-project', '--no-header', '--no-annotate'];
  const result = await run(uv.file, [...args, '--format', 'requirements.txt', '--project', directory], {
    cwd: directory,
    env: uvVariables(site, uv),
    timeoutMs: 120_000,
  });
  if (result.exitCode === 0) return requirementLines(result.stdout).map(({ text }) => text);
  if (/No `pyproject.toml` found/.test(result.stderr)) {
    throw new PierError('file-invalid', `${tilde(file)}: there is no pyproject.toml beside it, which it belongs to.`, {
      hint: 'Keep the two together, or export the lock where they are: uv export --format pylock.toml',
    });
  }
  throw lockError(file, result.stderr) ?? uvError(result, `Cannot read ${tilde(file)}`);
}

/** uv escapes only quotes and backslashes, and writes no text of several lines: a line break would become an option. */
export function refuseEscapes(file: string, text: string): void {
  const at = text.search(/"""|'''|(?<!\\)(?:\\\\)*\\[^"\\]/);
  if (at < 0) return;
  const line = text.slice(0, at).split('\n').length;
  throw fileInvalid(file, line, 'uv writes no such text.', 'Have uv write it again: uv lock');
}

/** What TOML's own reader says, with its line. */
function lockError(file: string, stderr: string): PierError | undefined {
  const [, line, why] = /TOML parse error at line (\d+), column \d+[\s\S]*?\n\s*\|\s*\n?([\s\S]*)$/.exec(stderr) ?? [];
  if (line === undefined) return undefined;
  const words = why?.split('\n').at(-1)?.trim() || 'this is not TOML';
  return new PierError('file-invalid', `${tilde(file)}:${line}: ${words || 'this is not TOML'}.`, {
    hint: 'Have uv write it again: uv lock',
  });
}
