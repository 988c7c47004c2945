import type { Progress } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { CreateRequest, Forecast } from './environment.ts';
import type { Plan } from './plan.ts';
import { wantedFrom } from './wanted.ts';

/**
 * Says what making an environment costs, and decides what exactly will be made. Makes nothing where environments are.
 *
 * Give the plan to `createEnvironment`, so that nothing is resolved twice. Errors: `name-invalid`, `catalogue-unknown`,
 * `packages-unresolvable`, `spec-invalid`, `python-missing`, `pip-missing`, `offline`, …
 */
export async function forecastEnvironment(
  site: Site,
  request: CreateRequest,
  progress: Progress,
): Promise<{ readonly forecast: Forecast; readonly plan: Plan }> {
  const uv = await import('./uv/forecast.ts');
  const plan = await uv.forecastEnvironment(site, await wantedFrom(site, request), progress);
  return { forecast: plan.forecast, plan };
}
