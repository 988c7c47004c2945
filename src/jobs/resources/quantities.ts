import { PierError } from '../../files/index.ts';

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds; longer than any job may run, so that no number grows into nonsense. */
const longest = 366 * 86_400;

function wrong(option: string, typed: string, why: string, examples: string): PierError {
  return new PierError('usage', `--${option} ${JSON.stringify(typed)}: ${why}`, { hint: examples });
}

const timeExamples = (option: string) => `Such as --${option} 4h, 90m, 1d12h, 36:00:00 or 1-12:00:00.`;

/**
 * Seconds of a time as people write it (`90m`, `1h30m`, `2d`) or as sbatch(1) does (`36:00:00`, `1-12`, `1-12:00:00`).
 *
 * What sbatch would take for something else than a person means is refused with both meanings: `90` and `4:00` are
 * minutes to it. Error: `usage`.
 */
export function parseTime(typed: string, option = 'time'): number {
  const text = typed.trim().toLowerCase();
  const seconds = fromUnits(text) ?? fromClock(text, typed, option);
  if (seconds === undefined) throw wrong(option, typed, 'this is no time.', timeExamples(option));
  if (seconds <= 0) throw wrong(option, typed, 'it needs some time.', timeExamples(option));
  if (seconds > longest) throw wrong(option, typed, 'that is more than a year.', timeExamples(option));
  return seconds;
}

function fromUnits(text: string): number | undefined {
  const match = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,7})m(?:in)?)?(?:(\d{1,8})s)?$/.exec(text.replaceAll(' ', ''));
  if (!match || text === '') return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  return Number(days) * units.d + Number(hours) * units.h + Number(minutes) * units.m + Number(seconds);
}

function fromClock(text: string, typed: string, option: string): number | undefined {
  if (/^0+$/.test(text)) return 0;
  if (/^\d+$/.test(text)) {
    const why = `is that minutes or hours? sbatch would take it for ${text} minutes.`;
    throw wrong(option, typed, why, `--${option} ${text}m or --${option} ${text}h`);
  }
  const short = /^(\d{1,3}):(\d{2})$/.exec(text);
  if (short) {
    const [, one, two] = short;
    const why = `is that hours or minutes? sbatch would take it for ${one} minutes and ${two} seconds.`;
    throw wrong(option, typed, why, `--${option} ${one}:${two}:00, or --${option} ${one}m${Number(two)}s`);
  }
  const match = /^(?:(\d{1,3})-)?(\d{1,4})(?::([0-5]\d))?(?::([0-5]\d))?$/.exec(text);
  if (!match) return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  return Number(days) * units.d + Number(hours) * units.h + Number(minutes) * units.m + Number(seconds);
}

/** A time as sbatch(1) takes it: `04:00:00`, or `1-12:00:00` from a day on. */
export function slurmTime(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / units.d);
  const rest = seconds % units.d;
  const clock = `${two(rest / units.h)}:${two((rest % units.h) / units.m)}:${two(rest % units.m)}`;
  return days > 0 ? `${days}-${clock}` : clock;
}

const memoryExamples = 'Such as --mem 8G, 500M or 1T.';
const mebibytes = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2 } as const;

/**
 * MiB of a size such as `8G`, `8GB`, `1.5T`; units are powers of 1024, as Slurm counts them.
 *
 * A number alone, MB to sbatch, is refused: who types `--mem 8` means GB. Error: `usage`.
 */
export function parseMemory(typed: string): number {
  const match = /^(\d{1,7}(?:\.\d{1,3})?)\s*([kmgt])?(?:i?b)?$/i.exec(typed.trim());
  if (!match) throw wrong('mem', typed, 'this is no size.', memoryExamples);
  const [, number = '', unit] = match;
  if (unit === undefined) throw wrong('mem', typed, 'a size needs a unit.', `--mem ${number}G or --mem ${number}M`);
  const size = Math.ceil(Number(number) * mebibytes[unit.toUpperCase() as keyof typeof mebibytes]);
  if (size <= 0) throw wrong('mem', typed, 'a job needs some memory.', memoryExamples);
  return size;
}

/** A size as sbatch(1) takes it, in whole units: `8G`, `1500M`. */
export function slurmMemory(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024}G` : `${mib}M`;
}

/** A whole number of CPUs. Error: `usage`. */
export function parseCpus(typed: string): number {
  const count = /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : 0;
  if (count < 1) throw wrong('cpus', typed, 'a whole number from 1 on is expected.', 'Such as --cpus 4.');
  return count;
}

/** `2`, `a100` or `a100:2`; 0 is none. Error: `usage`. */
export function parseGpus(typed: string): { readonly count: number; readonly type: string | null } {
  const text = typed.trim();
  if (/^\d{1,3}$/.test(text)) return { count: Number(text), type: null };
  const match = /^([A-Za-z][\w.-]{0,63})(?::(\d{1,3}))?$/.exec(text);
  const count = Number(match?.[2] ?? 1);
  if (!match || count < 1)
    throw wrong('gpus', typed, 'this is no number of GPUs.', 'Such as --gpus 2 or --gpus a100:1.');
  return { count, type: match[1] as string };
}

/** `2`, or `a100:1`: as it is typed. */
export function gpusText(gpus: { readonly count: number; readonly type: string | null }): string {
  return gpus.type === null ? String(gpus.count) : `${gpus.type}:${gpus.count}`;
}
