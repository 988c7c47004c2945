import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde } from '../../files/index.ts';
import { run, which } from '../../process/index.ts';
import type { Environment } from '../environment.ts';

/** The interpreter that an environment stands on. */
export interface Python {
  /** The base interpreter itself, not a shim or a virtual environment's link to it. */
  readonly file: string;
  readonly version: string;
  /** Why this one, in plain words. */
  readonly reason: string;
}

/** The Python that an environment already has, to choose packages for it. */
export function ownPython({ prefix, python }: Pick<Environment, 'prefix' | 'python'>): Python {
  return { file: path.join(prefix, 'bin', 'python'), version: python?.version ?? '', reason: 'it is there' };
}

interface Answer {
  readonly file: string;
  readonly version: readonly [number, number, number];
  readonly final: boolean;
  /** Modules of the standard library it cannot load. */
  readonly missing: readonly string[];
}

/** What pip, Jupyter and most of the scientific stack cannot do without; a Python built by hand often lacks one. */
const needed = ['ssl', 'sqlite3', 'ctypes'];

const oldestMinor = 9;

const question = `
import json, sys
missing = []
for name in ${JSON.stringify(needed)}:
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
version = sys.version_info
print(json.dumps({
    "file": getattr(sys, "_base_executable", None) or sys.executable,
    "version": version[:3], "final": version[3] == "final", "missing": missing,
}))
`;

/**
 * The newest Python on PATH that works, or the one asked for by version (`3.12`), name or path.
 *
 * Errors: `python-missing`, `python-unusable`.
 */
export async function choosePython(wanted?: string): Promise<Python> {
  if (wanted?.includes('/')) return await chooseNamed(path.resolve(wanted));
  const version = wanted?.replace(/^python/, '');
  const turnedDown: string[] = [];
  for (const file of await candidates(version)) {
    const answer = await ask(file);
    const why = answer ? complaint(answer, version) : 'it does not run';
    if (answer && !why) return describe(answer, version ? 'you asked for it' : reasonFor(turnedDown));
    turnedDown.push(`${tilde(file)}: ${why}`);
  }
  throw noPython(version, turnedDown);
}

async function chooseNamed(file: string): Promise<Python> {
  const answer = await ask(file);
  const why = answer ? complaint(answer) : 'it does not run';
  if (answer && !why) return describe(answer, 'you asked for it');
  throw new PierError('python-unusable', `${tilde(file)} cannot be used: ${why}.`, {
    hint: 'Leave --python away, and pier takes the newest that works.',
  });
}

/** `python3.13` … `python3.9` on PATH, newest first, then `python3`, whose version only it knows. */
async function candidates(version?: string): Promise<string[]> {
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((entry) => path.isAbsolute(entry));
  const names = await Promise.all(directories.map((directory) => readdir(directory).catch(() => [])));
  const minors = new Set(names.flat().flatMap((name) => Number(/^python3\.(\d+)$/.exec(name)?.[1] ?? []) || []));
  const sorted = [...minors].filter((minor) => minor >= oldestMinor).sort((a, b) => b - a);
  const fitting = sorted.filter((minor) => !version || `3.${minor}` === version.split('.').slice(0, 2).join('.'));
  const named = [...fitting.map((minor) => `python3.${minor}`), 'python3', 'python'];
  const files = await Promise.all(named.map((name) => which(name)));
  return files.filter((file) => file !== undefined);
}

async function ask(file: string): Promise<Answer | undefined> {
  // LD_LIBRARY_PATH stays: a module's Python may need it. PYTHONHOME and the like would have it load another's library.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON')));
  try {
    const { exitCode, stdout } = await run(file, ['-c', question], { env, timeoutMs: 30_000 });
    return exitCode === 0 ? parse(stdout) : undefined;
  } catch {
    return undefined;
  }
}

function parse(text: string): Answer | undefined {
  try {
    const answer: Partial<Answer> = JSON.parse(text);
    const { file, version, final, missing } = answer;
    if (typeof file !== 'string' || version?.length !== 3 || !Array.isArray(missing)) return undefined;
    return { file, version, final: final === true, missing };
  } catch {
    return undefined;
  }
}

function complaint({ version, final, missing }: Answer, wanted?: string): string | undefined {
  const [major, minor] = version;
  const text = version.join('.');
  if (major !== 3 || minor < oldestMinor) return `it is ${text}, and 3.${oldestMinor} is the oldest that works`;
  if (missing.length > 0) return `it cannot import ${missing.join(', ')}`;
  if (wanted && text !== wanted && !text.startsWith(`${wanted}.`)) return `it is ${text}`;
  return wanted || final ? undefined : `${text} is not released yet`;
}

function describe({ file, version }: Answer, reason: string): Python {
  return { file, version: version.join('.'), reason };
}

function reasonFor(turnedDown: readonly string[]): string {
  const passedOver = turnedDown.length > 0 ? `; passed over ${turnedDown.join('; ')}` : '';
  return `the newest on PATH that has ${needed.join(', ')}${passedOver}`;
}

function noPython(version: string | undefined, turnedDown: readonly string[]): PierError {
  const tried = turnedDown.map((line) => `\n  ${line}`).join('');
  const what = version
    ? `There is no Python ${version} on PATH`
    : `There is no Python 3.${oldestMinor} or newer on PATH`;
  return new PierError('python-missing', `${what} that can be used.${tried}`, {
    hint: 'module load python, or sudo apt install python3, or name one: --python /path/to/python3',
  });
}
