/** How much somebody wants a new answer: `now`, for something that happened since; `soon`, to be up to date; or not. */
export type Need = 'no' | 'soon' | 'now';

/** Milliseconds; some more than a quarter and half of a minute, since programs do not start on the dot. */
const usual = 16_000;
const window = 31_000;
const shortest = 2000;

/** How often in a window: twice in half a minute is at most four times in any minute. */
const most = 2;

/**
 * Whether Slurm may be asked again, by when it was asked: every 16 s, and twice in half a minute for those who wait for
 * something. A time in the future is a clock that is wrong, and counts as now.
 */
export function isDue(recent: readonly string[], need: Need, now = Date.now()): boolean {
  if (need === 'no') return false;
  const ages = recent.map((time) => now - Date.parse(time)).filter((age) => age > -window);
  if (ages.filter((age) => age < window).length >= most) return false;
  return ages.every((age) => age >= (need === 'now' ? shortest : usual));
}

/** Those of the last minute. */
export function recently(times: readonly string[], now = Date.now()): readonly string[] {
  return times.filter((time) => Math.abs(now - Date.parse(time)) < 60_000);
}

/** Waits. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

/** Waits beside something else that is waited for; by itself it keeps no program from ending. */
export async function patience(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)).unref());
}
