import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { requirementName } from '../distributions.ts';
import { namedPlaces } from '../named-places.ts';
import type { RequestFile } from '../request-file.ts';
import { uvError } from './errors.ts';
import { neutralDirectory, type Uv, uvVariables } from './program.ts';

/** What `uv pip compile` is given: files as arguments, requirements as its input, and where it runs. */
export interface Source {
  readonly files: readonly string[];
  readonly lines: readonly string[];
  /** A project's own settings, such as its indexes, count for its files; else no directory's do. */
  readonly directory: string;
  /** What was asked for, as a person would write it. */
  readonly specs: readonly string[];
}

/** Makes a source of typed requirements and a file. Errors: `file-invalid`, `lock-unreadable`, those of uv. */
export async function readSource(
  site: Site,
  uv: Uv,
  typed: readonly string[],
  file: RequestFile | null,
): Promise<Source> {
  if (!file || file.kind === 'environment')
    return { files: [], lines: typed, directory: neutralDirectory, specs: typed };
  const directory = path.dirname(file.file);
  const merge = (specs: readonly string[]) => [...new Set([...typed, ...specs])].sort();
  if (file.kind === 'requirements') {
    return { files: [file.file], lines: typed, directory, specs: merge(requirementsIn([...file.places.keys()])) };
  }
  if (file.kind === 'project') {
    return { files: [file.file], lines: typed, directory, specs: merge(await projectSpecs(file.file)) };
  }
  const exact =
    file.kind === 'pylock' ? await pylockLines(site, uv, file.file) : await uvLockLines(site, uv, file.file);
  const specs =
    file.kind === 'pylock' ? requirementsIn(exact) : await projectSpecs(path.join(directory, 'pyproject.toml'));
  return { files: [], lines: [...typed, ...exact], directory, specs: merge(specs) };
}

/** Requirements without what belongs to one file of one package: options, hashes and the backslash at the end. */
function requirementsIn(lines: readonly string[]): string[] {
  const plain = lines.map((line) =>
    line
      .replace(/\s+--hash[= ]\S+/g, '')
      .replace(/\s*\\$/, '')
      .trim(),
  );
  return plain.filter((line) => line !== '' && !line.startsWith('-'));
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

/** `uv export --frozen --no-emit-project --format requirements.txt --project DIRECTORY`: pinned, with markers and hashes. */
async function uvLockLines(site: Site, uv: Uv, file: string): Promise<string[]> {
  const directory = path.dirname(file);
  const args = ['export', '--quiet', '--frozen', '--no-emit-project', '--no-header', '--no-annotate'];
  const result = await run(uv.file, [...args, '--format', 'requirements.txt', '--project', directory], {
    cwd: directory,
    env: uvVariables(site, uv),
    timeoutMs: 120_000,
  });
  if (result.exitCode === 0) return joined(result.stdout);
  if (/No `pyproject.toml` found/.test(result.stderr)) {
    throw new PierError('file-invalid', `${tilde(file)}: there is no pyproject.toml beside it, which it belongs to.`, {
      hint: 'Keep the two together, or export the lock where they are: uv export --format pylock.toml',
    });
  }
  throw lockError(file, result.stderr) ?? uvError(result, `Cannot read ${tilde(file)}`);
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

/** Lines of a requirements file, those joined that a backslash continues. */
function joined(text: string): string[] {
  const lines = text.replace(/\s*\\\n\s*/g, ' ').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** Reads a lock as in PEP 751, whoever wrote it. stdout: a requirement a line, or `{"line", "message"}` as JSON. */
const pylockScript = `
import json, re, sys, tomllib

def requirement(package):
    marker = " ; " + package["marker"] if package.get("marker") else ""
    if "vcs" in package:
        vcs = package["vcs"]
        return "%s @ %s+%s@%s%s" % (package["name"], vcs["type"], vcs.get("url") or vcs["path"], vcs["commit-id"], marker)
    for kind in ("directory", "archive"):
        if kind in package:
            place = package[kind].get("url") or package[kind]["path"]
            return "%s @ %s%s" % (package["name"], place, marker)
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    sums = {item["hashes"]["sha256"] for item in files if "sha256" in item.get("hashes", {})}
    return "".join(["%s==%s" % (package["name"], package["version"]), marker, *(" --hash=sha256:" + one for one in sorted(sums))])

try:
    with open(sys.argv[1], "rb") as file:
        lock = tomllib.load(file)
    if lock.get("lock-version", "").split(".")[0] != "1":
        raise ValueError("lock-version is not 1 (at line 1")
    print("\\n".join(requirement(package) for package in lock.get("packages", [])))
except (ValueError, KeyError) as error:
    print(json.dumps({"line": int((re.search(r"at line (\\d+)", str(error)) or [0, 1])[1]), "message": str(error)}))
`;

/** `uv run --no-project --python '>=3.11' python -I -c SCRIPT FILE`: tomllib is in Python since 3.11. */
async function pylockLines(site: Site, uv: Uv, file: string): Promise<string[]> {
  const args = [
    'run',
    '--quiet',
    '--no-project',
    '--isolated',
    '--python',
    '>=3.11',
    'python',
    '-I',
    '-c',
    pylockScript,
    file,
  ];
  const result = await run(uv.file, args, { cwd: neutralDirectory, env: uvVariables(site, uv), timeoutMs: 120_000 });
  if (result.exitCode !== 0) throw uvError(result, `Cannot read ${tilde(file)}`);
  if (!result.stdout.startsWith('{')) return joined(result.stdout);
  const { line, message } = JSON.parse(result.stdout);
  throw new PierError('file-invalid', `${tilde(file)}:${line}: ${message}.`, {
    hint: 'It is to be a lock as in PEP 751, such as uv export --format pylock.toml writes.',
  });
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
