import type { Site } from '../../site/index.ts';
import type { RequestRecord } from '../record-schemas.ts';

/** Seconds without anything going on, after which a session ends by itself; null: never. What was asked for wins. */
export function idleSeconds(request: RequestRecord, site: Site): number | null {
  if (request.idle !== undefined) return request.idle > 0 ? request.idle : null;
  const { idle } = site.profile.jupyter;
  return idle === null ? null : seconds(idle);
}

/** Of a time as the profile has it: `HH:MM:SS` or `D-HH:MM:SS`. */
function seconds(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
