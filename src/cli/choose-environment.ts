import path from 'node:path';
import { activeEnvironment, type Environment, findEnvironment } from '../environments/index.ts';
import { PierError, tilde } from '../files/index.ts';
import { planJupyter, type Session } from '../sessions/index.ts';
import type { Site } from '../site/index.ts';
import type { CommandContext } from './command.ts';

/** The environment asked for, else the active one if it has this app, else the site's; undefined: still to be made. */
export async function chooseEnvironment(
  context: CommandContext,
  site: Site,
  app: Session['app'],
): Promise<Environment | undefined> {
  const usual = site.profile.jupyter.environment;
  const named = context.options.value('env');
  if (named !== undefined && named !== usual) return await findEnvironment(site, named);
  const active = named === undefined ? activeEnvironment() : null;
  if (active) {
    const environment = await findEnvironment(site, active.prefix).catch(() => undefined);
    if (environment && (await planJupyter(environment, app, false).catch(() => undefined))) return environment;
    context.note(`The active environment ${tilde(active.prefix)} has no Jupyter; using ${usual}.`);
  }
  try {
    return await findEnvironment(site, usual);
  } catch (error) {
    if (error instanceof PierError && error.code === 'environment-unknown') return undefined;
    throw error;
  }
}

/** The directory that Jupyter is to show. Error: `directory-unusable`. */
export function directoryFrom(typed: string): string {
  try {
    return path.resolve(typed);
  } catch (cause) {
    throw new PierError('directory-unusable', 'The directory that you are in has been deleted.', {
      hint: 'cd to another, or name one with --dir.',
      cause,
    });
  }
}
