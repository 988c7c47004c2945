import path from 'node:path';
import { makePrivateDirectory, places, readRecord, writeRecord } from '../../files/index.ts';
import type { CondaRecord } from './rattler.ts';

/** What one package becomes when it is linked, without bytecode that it does not bring. */
export interface PackageCounts {
  /** Its record in conda-meta included. */
  readonly files: number;
  readonly bytes: number;
  /** Directories at most three deep, which packages share; `lib/python` stands for the one of the Python it gets. */
  readonly directories: readonly string[];
  /** How many are deeper than that. */
  readonly deeper: number;
  /** Python files without bytecode, their bytes, and the directories they are in. */
  readonly pythonFiles: number;
  readonly pythonBytes: number;
  readonly pythonDirectories: number;
}

/** Counts by the package's SHA-256: a package never changes, so they are kept for ever. */
export type PackageMemory = Map<string, PackageCounts>;

/** Under what a package's counts are kept. A channel without sums leaves only the address. */
export function keyOf({ sha256, url }: CondaRecord): string {
  return sha256 ?? url;
}

/** Packages remembered; about 400 bytes each in one file. */
const memoryLimit = 3000;

function memoryFile(): string {
  return path.join(places().cache, 'conda-packages.json');
}

/** What earlier forecasts learned. A file that is damaged or not ours is as good as none. */
export async function recallPackages(): Promise<PackageMemory> {
  const value = await readRecord(memoryFile()).catch(() => undefined);
  const rows = (value as { version?: unknown; packages?: unknown } | undefined) ?? {};
  if (rows.version !== 1 || !Array.isArray(rows.packages)) return new Map();
  return new Map(
    rows.packages.flatMap((row): [string, PackageCounts][] => {
      const [key, counts] = Array.isArray(row) ? row : [];
      const read = toCounts(counts);
      return typeof key === 'string' && read ? [[key, read]] : [];
    }),
  );
}

/** Keeps what was learned, the newest last, in one file. That it cannot be written is no reason to stop. */
export async function rememberPackages(memory: PackageMemory): Promise<void> {
  const packages = [...memory].slice(-memoryLimit);
  await makePrivateDirectory(places().cache)
    .then(() => writeRecord(memoryFile(), { version: 1, packages }))
    .catch(() => {});
}

const numbers = ['files', 'bytes', 'deeper', 'pythonFiles', 'pythonBytes', 'pythonDirectories'] as const;

/** Counts as pier's script or an earlier pier wrote them; undefined for anything else. */
export function toCounts(value: unknown): PackageCounts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const counts = value as Record<string, unknown>;
  const { directories } = counts;
  const isRight =
    numbers.every((name) => Number.isSafeInteger(counts[name]) && (counts[name] as number) >= 0) &&
    Array.isArray(directories) &&
    directories.every((name) => typeof name === 'string');
  if (!isRight) return undefined;
  const { files, bytes, deeper, pythonFiles, pythonBytes, pythonDirectories } = value as PackageCounts;
  return { files, bytes, directories: directories as string[], deeper, pythonFiles, pythonBytes, pythonDirectories };
}
