import type { Progress } from '../../files/index.ts';
import { bytecodeRatio } from '../bytecode-ratio.ts';
import type { Forecast } from '../environment.ts';
import type { Lock, LockedFile, LockedPackage } from './lock.ts';
import type { Python } from './python.ts';
import {
  examineWheels,
  keyOf,
  minorOf,
  recallWheels,
  rememberWheels,
  type Sample,
  type WheelCounts,
  type WheelFacts,
  type WheelMemory,
  type WheelRequest,
} from './wheels.ts';

/** An empty environment with uv's lock file, pier's record, room for its list, activation: measured with uv 0.13 and lstat. */
export const emptyEnvironment = { files: 29, bytes: 82_000 };

/** Python files compiled for one forecast, shared out by size. Measured: 64 take a second, and err by 2 to 4 %. */
const sampleSize = 64;

export type Cost = Pick<Forecast, 'files' | 'bytes' | 'guessed'>;

/**
 * Files, directories and bytes of an environment, before anything is downloaded.
 *
 * Reads each wheel's list of contents where it is, counts what will be made of it, adds one .pyc for each Python file,
 * and measures how large bytecode becomes by compiling a sample. What cannot be read is guessed by its size.
 */
export async function forecastCost(lock: Lock, python: Python, progress: Progress): Promise<Cost> {
  const memory = await recallWheels();
  const wheels = lock.packages.flatMap(({ wheel }) => (wheel ? [wheel] : []));
  const counting = wheels.filter((file) => !memory.has(keyOf(file))).map((file) => ({ file, take: 0 }));
  const counted = await learn('Counting files', counting, memory, python, progress);
  const sampled = await learn('Measuring bytecode', toSample(wheels, memory, python), memory, python, progress);
  if (counted || sampled) await rememberWheels(memory);
  return addUp(lock, memory, python);
}

async function learn(
  message: string,
  requests: readonly WheelRequest[],
  memory: WheelMemory,
  python: Python,
  progress: Progress,
): Promise<boolean> {
  if (requests.length === 0) return false;
  let done = 0;
  const tell = () => progress({ step: 'forecast', message, done, total: requests.length });
  tell();
  await examineWheels(python, requests, memory, () => {
    done++;
    tell();
  });
  return true;
}

/** The larger the share of an environment's Python, the more of a wheel is compiled; the smallest do with the others' ratio. */
function toSample(wheels: readonly LockedFile[], memory: WheelMemory, python: Python): WheelRequest[] {
  const bytesOf = (file: LockedFile) => memory.get(keyOf(file))?.counts.pythonBytes ?? 0;
  const all = wheels.reduce((sum, file) => sum + bytesOf(file), 0);
  return wheels.flatMap((file) => {
    const take = Math.round((sampleSize * bytesOf(file)) / Math.max(1, all));
    const known = memory.get(keyOf(file))?.samples[minorOf(python.version)]?.taken ?? 0;
    return take > known ? [{ file, take }] : [];
  });
}

function addUp(lock: Lock, memory: WheelMemory, python: Python): Cost {
  const known = lock.packages.map((item) => ({ item, facts: item.wheel ? memory.get(keyOf(item.wheel)) : undefined }));
  const others = pooledRatio(
    known.flatMap(({ facts }) => facts ?? []),
    python,
  );
  const counts = known.map(({ item, facts }) => {
    const ratio = facts ? (sampleOf(facts, python)?.ratio ?? others) : others;
    return withBytecode(facts?.counts ?? guess(item), ratio);
  });
  const sum = (key: 'files' | 'bytes') => counts.reduce((total, count) => total + count[key], emptyEnvironment[key]);
  const shared = known.some(({ facts }) => (facts?.counts.beside ?? 0) > 0) ? 1 : 0;
  const guessed = known.filter(({ facts }) => !facts).map(({ item }) => item.name);
  return { files: sum('files') + shared, bytes: sum('bytes') + lock.text.length, guessed };
}

function sampleOf(facts: WheelFacts, python: Python): Sample | undefined {
  return facts.samples[minorOf(python.version)];
}

function pooledRatio(all: readonly WheelFacts[], python: Python): number {
  let [weight, sum] = [0, 0];
  for (const facts of all) {
    const sample = sampleOf(facts, python);
    if (!sample) continue;
    weight += facts.counts.pythonBytes;
    sum += facts.counts.pythonBytes * sample.ratio;
  }
  return weight > 0 ? sum / weight : bytecodeRatio(python.version);
}

function withBytecode(counts: WheelCounts, ratio: number): { files: number; bytes: number } {
  const { files, directories, bytes, pythonFiles, pythonBytes, pythonDirectories } = counts;
  return {
    files: files + directories + pythonFiles + pythonDirectories,
    bytes: Math.round(bytes + pythonBytes * ratio),
  };
}

/** By the download's size: measured over the 111 wheels of `sci`, 3.3 bytes for one, and one file for each 8 KB. */
function guess({ wheel, source }: LockedPackage): WheelCounts {
  const size = wheel?.size ?? source?.size ?? 100_000;
  const files = 10 + Math.round(size / 8000);
  const pythonFiles = Math.round(files * 0.4);
  const directories = Math.ceil(files / 9);
  const bytes = Math.round(size * 3.3);
  const pythonBytes = Math.round(bytes * 0.24);
  return {
    files,
    directories,
    bytes,
    pythonFiles,
    pythonBytes,
    pythonDirectories: Math.ceil(directories / 2),
    beside: 0,
  };
}
