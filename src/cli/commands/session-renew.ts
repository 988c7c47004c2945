import { changeResources, type Resources } from '../../jobs/index.ts';
import { findSession, renewSession, type Session } from '../../sessions/index.ts';
import type { Site } from '../../site/index.ts';
import { type CommandContext, result } from '../command.ts';
import { typedResources, withinLimits } from '../job-wish.ts';
import { wrap } from '../layout.ts';
import { listenForInterruption, submissionUnder } from '../stay-with-session.ts';
import { clock } from '../times.ts';

export async function run(context: CommandContext) {
  const site = await context.site();
  const { id } = await findSession(context.words[0] ?? '');
  const onWait = (message: string) => context.progress({ step: `submit ${message}`, message });
  using interruption = listenForInterruption(context);
  const options = { onWait, ...submissionUnder(interruption) };
  const session = await renewSession(site, id, (before) => changed(context, site, before), options);
  return result({ session }, (value) => describe(value.session));
}

/** What it asked for before, but for what is typed now; checked against what Slurm allows. */
async function changed(context: CommandContext, site: Site, before: Resources): Promise<Resources> {
  const wanted = changeResources(site.profile, before, typedResources(context.options));
  return await withinLimits(context, wanted);
}

function describe({ id, next, job, ends }: Session): string {
  const number = next ? next.job : (job?.number ?? null);
  const end = ends ? `, which is at ${clock(ends)} at the latest` : '';
  const when = next ? `starts when the present one is over${end}` : 'starts as soon as Slurm has room for it';
  return wrap(
    `A follow-on job of session ${id}${number ? ` (Slurm’s job ${number})` : ''} ${when}.\n` +
      `The address stays the same. ${next ? 'Kernels start anew: save what they hold before the present job ends.' : 'New kernels start in it.'}`,
  );
}
