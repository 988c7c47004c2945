import type { Complaint, Limits } from './limits.ts';
import type { Resources } from './resources.ts';

/** See `checkResources` in engine.ts. */
export function checkResources(_wanted: Resources, _limits: Limits): readonly Complaint[] {
  return [];
}
