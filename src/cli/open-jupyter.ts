import path from 'node:path';
import { activeEnvironment, type Environment, environmentsRoot, findEnvironment } from '../environments/index.ts';
import { PierError, tilde } from '../files/index.ts';
import { ensurePortal } from '../portal/index.ts';
import {
  isLive,
  listSessions,
  planJupyter,
  type Session,
  startSession,
  stopSession,
  waitUntilOver,
  waitUntilReady,
} from '../sessions/index.ts';
import { commandLine } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import { type CommandContext, type CommandResult, result } from './command.ts';
import { createFromCatalogue, explainFromCatalogue } from './create-environment.ts';
import { describeOpening, openSession, reachLines, sessionFailed } from './open-session.ts';

type App = Session['app'];

/** `pier lab` and `pier notebook`: an environment, a session, a browser, and a terminal that stays with it. */
export async function openJupyter(context: CommandContext, app: App): Promise<CommandResult | undefined> {
  const { options } = context;
  const site = await context.site();
  const direct = options.flag('direct');
  const directory = directoryFrom(options.value('dir') ?? '.');
  const found = await chooseEnvironment(context, site, app);
  if (context.explain) return await explain(site, found, app, directory);
  const environment = found ?? (await createFromCatalogue(context, site, site.profile.jupyter.environment));
  const started = await startSession(site, {
    app,
    environment,
    directory,
    direct,
    on: 'here',
    resources: null,
  });
  // It takes its time to start, as Jupyter does. If it cannot, opening the session says why.
  if (!direct) ensurePortal().catch(() => {});
  await mentionOthers(context, started);
  const session = await untilReady(context, started);
  const opening = await openSession(session, !options.flag('no-browser') && !context.json, site);
  if (context.verbose) for (const line of reachLines(opening)) context.note(line);
  const answer = result({ session, opening }, (value) => describeOpening(value.session, value.opening));
  if (options.flag('detach') || context.json) return answer;
  context.answer(answer);
  await stayWith(context, session);
  return undefined;
}

function directoryFrom(typed: string): string {
  try {
    return path.resolve(typed);
  } catch (cause) {
    throw new PierError('directory-unusable', 'The directory that you are in has been deleted.', {
      hint: 'cd to another, or name one with --dir.',
      cause,
    });
  }
}

/** The environment asked for, else the active one if it has this app, else the site's; undefined: still to be made. */
async function chooseEnvironment(context: CommandContext, site: Site, app: App): Promise<Environment | undefined> {
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

/** The guide's own words: they end at the same JupyterLab, on a port and with a token of its own. */
async function explain(
  site: Site,
  found: Environment | undefined,
  app: App,
  directory: string,
): Promise<CommandResult> {
  const usual = site.profile.jupyter.environment;
  const making = found ? [] : await explainFromCatalogue(site, usual);
  if (found) await planJupyter(found, app, false);
  const prefix = found?.prefix ?? path.join(environmentsRoot(site), usual);
  const activate =
    found?.kind === 'conda' ? ['source', 'activate', prefix] : ['.', path.join(prefix, 'bin', 'activate')];
  const commands = [...making, ...[['cd', directory], activate, ['jupyter', app]].map(commandLine)];
  return result({ commands }, (value) => value.commands.join('\n'));
}

/** Who forgot a session that still runs is told, since each one keeps its memory. */
async function mentionOthers(context: CommandContext, { id, environment }: Session): Promise<void> {
  const others = (await listSessions()).filter(
    (session) => isLive(session) && session.id !== id && session.environment.prefix === environment.prefix,
  );
  const [other] = others;
  if (!other) return;
  const back = others.length > 1 ? 'pier session list' : `pier session open ${other.id}`;
  const more = others.length > 1 ? `${others.length} sessions run` : 'Another session runs';
  context.note(`${more} in ${environment.name} already: ${back}`);
}

async function untilReady(context: CommandContext, started: Session): Promise<Session> {
  const interrupted = new AbortController();
  using _signals = context.onInterrupt(() => interrupted.abort());
  const session = await waitUntilReady(started.id, context.progress, interrupted.signal);
  if (session.state === 'ready') return session;
  if (!interrupted.signal.aborted) throw await sessionFailed(session);
  await stopSession(started.id, 'Ctrl+C');
  throw new PierError('interrupted', `Interrupted; session ${started.id} has been stopped.`);
}

/**
 * Keeps the terminal with the session, as Jupyter does: Ctrl+C asks whether to stop it, a second one stops it.
 *
 * A terminal that is closed (SIGHUP) leaves it running; with nobody to ask, an interruption stops it.
 */
async function stayWith(context: CommandContext, { id }: Session): Promise<void> {
  if (context.interactive) context.note('Ctrl+C here asks whether to stop it.');
  const interrupted = new AbortController();
  let signal: NodeJS.Signals | undefined;
  const session = await untilOverOrInterrupted();
  if (!interrupted.signal.aborted) return context.note(`Session ${id} is over. ${session.reason}`);
  if (signal === 'SIGHUP') return;
  if (signal === 'SIGTERM' || !context.interactive || (await wantsStop(context))) {
    context.note(`Stopping session ${id} …`);
    return context.note((await stopSession(id, 'Ctrl+C')).reason);
  }
  context.note('It keeps running.');
  context.note(`Back to it: pier session open ${id}`);
  context.note(`Its end: pier session stop ${id}`);

  async function untilOverOrInterrupted(): Promise<Session> {
    using _signals = context.onInterrupt((name) => {
      signal ??= name;
      interrupted.abort();
    });
    return await waitUntilOver(id, interrupted.signal);
  }
}

async function wantsStop(context: CommandContext): Promise<boolean> {
  try {
    return await context.confirm(
      'Stop this session? Its kernels end with it. (No leaves it running; Ctrl+C again stops it.)',
    );
  } catch {
    return true;
  }
}
