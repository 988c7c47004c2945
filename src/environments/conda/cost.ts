import type { Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { bytecodeRatio } from '../bytecode-ratio.ts';
import type { Forecast } from '../environment.ts';
import type { Uv } from '../uv-program.ts';
import { keyOf, type PackageCounts, type PackageMemory, recallPackages, rememberPackages, toCounts } from './counts.ts';
import { askRattler, type CondaRecord } from './rattler.ts';

/** Root, `conda-meta` with its history, `.pier` with the record and the exact list: measured, with lstat. */
const emptyEnvironment = { files: 9, bytes: 46_000 };

/** The standard library's bytecode is that much smaller than what is usual: 1.10 for one of source with 3.11. */
const ofStandardLibrary = 0.74;

export type CondaCost = Pick<Forecast, 'files' | 'bytes' | 'guessed'>;

/**
 * Files, directories and bytes of an environment, before its packages are downloaded.
 *
 * Every conda package has a list of its files with their sizes, which is read alone where a server gives ranges. What
 * cannot be read is guessed by the size of the package.
 */
export async function forecastCost(
  site: Site,
  uv: Uv | null,
  root: string,
  records: readonly CondaRecord[],
  progress: Progress,
): Promise<CondaCost> {
  const memory = await recallPackages();
  const unknown = records.filter((record) => !memory.has(keyOf(record)));
  if (uv && unknown.length > 0) await learn(site, uv, root, unknown, memory, progress);
  const python = records.find(({ name }) => name === 'python')?.version;
  const counts = records.map((record) => ({ ...(memory.get(keyOf(record)) ?? guess(record)), name: record.name }));
  const guessed = records.filter((record) => !memory.has(keyOf(record))).map(({ name }) => name);
  return { ...addUp(counts, python), guessed };
}

/** Adds to `memory`. Never throws: a forecast may be poor, not fail. */
async function learn(
  site: Site,
  uv: Uv,
  root: string,
  records: readonly CondaRecord[],
  memory: PackageMemory,
  progress: Progress,
): Promise<void> {
  const messages = { forecast: 'Counting files' };
  const options = { uv, root, progress, timeoutMs: 600_000, messages };
  const said = await askRattler(site, { verb: 'measure', records }, options).catch(() => undefined);
  const packages = said && 'answer' in said ? said.answer.packages : undefined;
  const answers = new Map((Array.isArray(packages) ? packages : []).map((item) => [String(item?.url), item]));
  for (const record of records) {
    const counts = toCounts(answers.get(record.url));
    if (counts) memory.set(keyOf(record), counts);
  }
  await rememberPackages(memory);
}

/** What all packages together become. Directories that they share are counted once. */
export function addUp(
  packages: readonly (PackageCounts & { readonly name: string })[],
  python: string | undefined,
): { readonly files: number; readonly bytes: number } {
  const minor = python?.split('.').slice(0, 2).join('.');
  const shared = packages.flatMap(({ directories }) => directories);
  const directories = new Set(shared.map((name) => name.replace(/^lib\/python(?=\/|$)/, `lib/python${minor}`)));
  let { files, bytes } = emptyEnvironment;
  files += directories.size;
  for (const one of packages) {
    files += one.files + one.deeper;
    bytes += one.bytes;
    if (minor === undefined) continue;
    files += one.pythonFiles + one.pythonDirectories;
    const ratio = bytecodeRatio(minor) * (one.name === 'python' ? ofStandardLibrary : 1);
    bytes += Math.round(one.pythonBytes * ratio);
  }
  return { files, bytes };
}

/** By the size of the package: 3.6 bytes for one, and one file for each 9 KB, as a mean of Python, NumPy and pip. */
function guess({ size = 100_000 }: CondaRecord): PackageCounts {
  const files = 8 + Math.round(size / 9000);
  return {
    files,
    bytes: Math.round(size * 3.6),
    directories: [],
    deeper: Math.ceil(files / 9),
    pythonFiles: 0,
    pythonBytes: 0,
    pythonDirectories: 0,
  };
}
