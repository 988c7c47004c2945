import type { Progress } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { sayWhere } from './elsewhere.ts';
import type { CreateRequest, Forecast } from './environment.ts';
import { interruptible } from './interrupt.ts';
import type { Plan, Wanted } from './plan.ts';
import { wantedFrom } from './wanted.ts';

/**
 * Says what making an environment costs, and decides what exactly will be made. Makes nothing where environments are.
 *
 * Give the plan to `createEnvironment`, so that nothing is resolved twice. Errors: `name-invalid`, `catalogue-unknown`,
 * `packages-unresolvable`, `spec-invalid`, `python-missing`, `pip-missing`, `offline`, `interrupted`, …
 */
export async function forecastEnvironment(
  site: Site,
  request: CreateRequest,
  progress: Progress,
): Promise<{ readonly forecast: Forecast; readonly plan: Plan }> {
  return await interruptible(async (signal) => {
    const plan = await planFor(site, await wantedFrom(site, request), progress);
    // A program that was interrupted looks like one that found nothing out, and a forecast may be poor.
    signal.throwIfAborted();
    return { forecast: plan.forecast, plan };
  });
}

/** The plan of the back end that the request was given to. */
export async function planFor(site: Site, wanted: Wanted, progress: Progress): Promise<Plan> {
  const { forecastEnvironment: forecast } =
    wanted.backEnd === 'uv' ? await import('./uv/forecast.ts') : await import('./conda/forecast.ts');
  return await forecast(site, wanted, progress).catch((error) => {
    throw sayWhere(site, error);
  });
}
