// How Slurm writes times, durations and amounts. Its manual pages do not say all of it; see docs/tool-behaviour.md.

/** `1-02:03:04`, `02:03:04`, `03:04` or minutes alone, in seconds; null for `UNLIMITED`, `NONE`, `N/A`, `INVALID` and the like. */
export function secondsOf(text: string): number | null {
  const match = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text.trim());
  if (!match) return null;
  const [days, ...parts] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const given = parts.filter((part) => part !== undefined);
  // With days the first is hours; without, two are minutes and seconds, and one is minutes.
  const [hours = 0, minutes = 0, seconds = 0] = days !== undefined || given.length === 3 ? given : [0, ...given];
  return (days ?? 0) * 86_400 + hours * 3600 + minutes * 60 + seconds;
}

/** `2026-11-23T07:38:25`, which is local time, as ISO 8601; null for `N/A`, `Unknown` and `NONE`. */
export function timeOf(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text.trim())) return null;
  return new Date(text.trim()).toISOString();
}

const powers: Record<string, number> = { K: 1 / 1024, M: 1, G: 1024, T: 1024 ** 2, P: 1024 ** 3 };

/** `125G`, `64000` (MiB) or `1.5T` in MiB; null for `UNLIMITED` and what is no amount. */
export function mebibytesOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)([KMGTP])?B?$/i.exec(text.trim());
  return match ? Math.round(Number(match[1]) * (powers[(match[2] ?? 'M').toUpperCase()] as number)) : null;
}

/** A count; null for `UNLIMITED`, `INFINITE`, `N/A` and an empty field. */
export function countOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : null;
}

/** `cpu=32,mem=125G,gres/gpu=4,gres/gpu:a100=4` by name. */
export function tresOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  return new Map(pairs.flatMap(([name, value]) => (name && value !== undefined ? [[name.trim(), value.trim()]] : [])));
}

/** GPUs in a list of TRES; null when it names none. */
export function gpusOf(tres: ReadonlyMap<string, string>): number | null {
  return countOf(tres.get('gres/gpu'));
}
