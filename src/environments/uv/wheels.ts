import path from 'node:path';
import { makePrivateDirectory, places, readRecord, writeRecord } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { LockedFile } from './lock.ts';
import type { Python } from './python.ts';
import { wheelScript } from './wheel-script.ts';

/** What one wheel becomes when it is installed, without bytecode. */
export interface WheelCounts {
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
  /** Those of `files` that are compiled, their bytes, and the directories with such files inside packages. */
  readonly pythonFiles: number;
  readonly pythonBytes: number;
  readonly pythonDirectories: number;
  /** Python files right in site-packages, whose bytecode shares one directory with all others'. */
  readonly beside: number;
}

/** Bytes of bytecode for one of source, and from how many files this was measured. */
export interface Sample {
  readonly taken: number;
  readonly ratio: number;
}

export interface WheelFacts {
  readonly counts: WheelCounts;
  /** By version of Python, such as `3.12`. */
  readonly samples: Readonly<Record<string, Sample>>;
}

/** Facts by the wheel's SHA-256: a wheel never changes, so they are kept for ever. */
export type WheelMemory = Map<string, WheelFacts>;

/** Under what a wheel's facts are kept. An index without hashes leaves only the address. */
export function keyOf(file: LockedFile): string {
  return file.sha256 || file.url;
}

/** Wheels remembered; about 150 bytes each in one file. */
const memoryLimit = 3000;

function memoryFile(): string {
  return path.join(places().cache, 'wheels.json');
}

/** What earlier forecasts learned. A file that is damaged or not ours is as good as none. */
export async function recallWheels(): Promise<WheelMemory> {
  const value = await readRecord(memoryFile()).catch(() => undefined);
  const rows = (value as { version?: unknown; wheels?: unknown } | undefined) ?? {};
  if (rows.version !== 1 || !Array.isArray(rows.wheels)) return new Map();
  return new Map(rows.wheels.flatMap((row) => readRow(row) ?? []));
}

function readRow(row: unknown): [[string, WheelFacts]] | undefined {
  if (!Array.isArray(row)) return undefined;
  const [sha256, numbers, samples] = row as [unknown, unknown, unknown];
  const counts = toCounts(numbers);
  if (typeof sha256 !== 'string' || !counts || typeof samples !== 'object' || samples === null) return undefined;
  const read = Object.entries(samples).flatMap(([version, pair]) => {
    const [taken, ratio] = Array.isArray(pair) ? pair : [];
    return isCount(taken) && typeof ratio === 'number' && ratio > 0 ? [[version, { taken, ratio }]] : [];
  });
  return [[sha256, { counts, samples: Object.fromEntries(read) }]];
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function toCounts(value: unknown): WheelCounts | undefined {
  if (!Array.isArray(value) || value.length !== 7 || !value.every(isCount)) return undefined;
  const [files, directories, bytes, pythonFiles, pythonBytes, pythonDirectories, beside] = value as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { files, directories, bytes, pythonFiles, pythonBytes, pythonDirectories, beside };
}

/** Keeps what was learned, the newest last, in one file. That it cannot be written is no reason to stop. */
export async function rememberWheels(memory: WheelMemory): Promise<void> {
  const kept = [...memory].slice(-memoryLimit);
  const wheels = kept.map(([sha256, { counts, samples }]) => [
    sha256,
    Object.values(counts),
    Object.fromEntries(Object.entries(samples).map(([version, { taken, ratio }]) => [version, [taken, ratio]])),
  ]);
  await makePrivateDirectory(places().cache)
    .then(() => writeRecord(memoryFile(), { version: 1, wheels }))
    .catch(() => {});
}

export interface WheelRequest {
  readonly file: LockedFile;
  /** How many of its Python files to compile, to learn how large bytecode becomes. */
  readonly take: number;
}

/**
 * Looks into wheels where they are: `PYTHON -I -c SCRIPT`. What could not be read is left out.
 *
 * Adds to `memory`; `onDone` is called for each wheel. Never throws: a forecast may be poor, not fail.
 */
export async function examineWheels(
  python: Python,
  requests: readonly WheelRequest[],
  memory: WheelMemory,
  onDone: () => void,
): Promise<void> {
  const input = JSON.stringify(requests.map(({ file, take }) => ({ url: file.url, take })));
  const onStderr = (text: string) => {
    for (const mark of text) if (mark === '.') onDone();
  };
  const result = await run(python.file, ['-I', '-c', wheelScript], { input, timeoutMs: 90_000, onStderr }).catch(
    () => null,
  );
  const answers = new Map((result?.stdout ?? '').split('\n').flatMap(readAnswer));
  for (const { file, take } of requests) {
    const answer = answers.get(file.url);
    if (answer) learn(memory, keyOf(file), answer, python.version, take);
  }
}

interface Answer {
  readonly counts: WheelCounts;
  readonly ratio: number | null;
}

function readAnswer(line: string): [string, Answer][] {
  try {
    const { url, counts, ratio } = JSON.parse(line) as Record<string, unknown>;
    const read = toCounts(counts);
    return typeof url === 'string' && read
      ? [[url, { counts: read, ratio: typeof ratio === 'number' ? ratio : null }]]
      : [];
  } catch {
    return [];
  }
}

function learn(memory: WheelMemory, key: string, answer: Answer, version: string, taken: number): void {
  const samples = { ...memory.get(key)?.samples };
  if (answer.ratio !== null) samples[minorOf(version)] = { taken, ratio: answer.ratio };
  // Deleted first, so that it moves to the end, away from where the oldest are forgotten.
  memory.delete(key);
  memory.set(key, { counts: answer.counts, samples });
}

/** `3.12.1` is `3.12`: bytecode is the same within a minor version. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
