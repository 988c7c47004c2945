const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `45 s`, `12 min`, `3 h 05`, `1 d 12 h`: how long, of milliseconds, rounded down. */
export function duration(milliseconds: number): string {
  if (milliseconds < minute) return `${Math.floor(milliseconds / 1000)} s`;
  if (milliseconds < hour) return `${Math.floor(milliseconds / minute)} min`;
  const hours = Math.floor((milliseconds % day) / hour);
  if (milliseconds >= day) return `${Math.floor(milliseconds / day)} d ${hours} h`;
  return `${hours} h ${String(Math.floor((milliseconds % hour) / minute)).padStart(2, '0')}`;
}

/** The time of day of an ISO time, in this time zone; with the day when that is not today. */
export function clock(iso: string, now = Date.now()): string {
  const time = new Date(iso);
  const text = time.toTimeString().slice(0, 5);
  if (time.toDateString() === new Date(now).toDateString()) return text;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${text}`;
}
