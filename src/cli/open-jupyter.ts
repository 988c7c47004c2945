import { PierError } from '../files/index.ts';
import { parseTime } from '../jobs/index.ts';
import { ensurePortal } from '../portal/index.ts';
import { chooseWhere, forgetOldSessions, isLive, listSessions, type Session, startSession } from '../sessions/index.ts';
import type { Site } from '../site/index.ts';
import { chooseEnvironment, directoryFrom } from './choose-environment.ts';
import { type CommandContext, type CommandResult, result } from './command.ts';
import { createFromCatalogue } from './create-environment.ts';
import { describeWaiting } from './describe-sessions.ts';
import { explainJupyter } from './explain-jupyter.ts';
import { typedResources, usualForJupyter, wishForJob } from './job-wish.ts';
import { describeOpening, type Opening, openSession, reachLines } from './open-session.ts';
import { listenForInterruption, stayWith, submissionUnder, untilReady } from './stay-with-session.ts';

/** `pier lab` and `pier notebook`: an environment, a session, a browser, and a terminal that stays with it. */
export async function openJupyter(context: CommandContext, app: Session['app']): Promise<CommandResult | undefined> {
  const { options } = context;
  const site = await context.site();
  const direct = options.flag('direct');
  const directory = directoryFrom(options.value('dir') ?? '.');
  const where = chooseWhere(site, options.value('on'));
  if (where.note) context.note(where.note);
  if (where.on !== 'compute') refuseForNoJob(context, site, where.on);
  const found = await chooseEnvironment(context, site, app);
  const wish = where.on === 'compute' ? await wishForJob(context, site, usualForJupyter(site)) : null;
  if (context.explain) return await explainJupyter(site, found, app, directory, wish);
  const environment = found ?? (await createFromCatalogue(context, site, site.profile.jupyter.environment));
  using interruption = listenForInterruption(context);
  const resources = wish?.resources ?? null;
  const wanted = {
    app,
    environment,
    directory,
    direct,
    on: where.on,
    idle: idleFrom(options.value('idle')),
    resources,
  };
  const onWait = (message: string) => context.progress({ step: `submit ${message}`, message });
  const started = await startSession(site, wanted, { onWait, ...submissionUnder(interruption) });
  await wish?.keep();
  if (wish && options.flag('detach') && !interruption.signal.aborted) return opened(started, null);
  // It takes its time to start, as Jupyter does. If it cannot, opening the session says why.
  if (!direct) ensurePortal().catch(() => {});
  // There is time for it now; what it cannot remove it will find the next time.
  forgetOldSessions().catch(() => {});
  await mentionOthers(context, started);
  const session = await untilReady(context, started, interruption);
  if (session.state !== 'ready') return opened(session, null);
  const opening = await openSession(session, !options.flag('no-browser') && !context.json, site);
  if (context.verbose) for (const line of reachLines(opening)) context.note(line);
  const answer = opened(session, opening);
  if (options.flag('detach') || context.json) return answer;
  context.answer(answer);
  interruption[Symbol.dispose]();
  await stayWith(context, session);
  return undefined;
}

/** Seconds; 0 is never. */
function idleFrom(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  return /^0+$/.test(typed.trim()) ? 0 : parseTime(typed, 'idle');
}

/** A session, and the way to it; none yet for one that waits. */
function opened(session: Session, opening: Opening | null): CommandResult {
  return result({ session, opening }, (value) =>
    value.opening === null ? describeWaiting(value.session) : describeOpening(value.session, value.opening),
  );
}

/** Who asks for two hours or 16 GB means a job: a session that has neither is not what was asked for. */
function refuseForNoJob({ options }: CommandContext, { id, profile }: Site, on: Session['on']): void {
  const typed = Object.keys(typedResources(options)).map((name) => `--${name}`);
  if (typed.length === 0) return;
  const names = typed.join(', ');
  if (profile.scheduler === 'none') {
    const message = `${names}: only a job has that, and the site profile ${id} has no scheduler.`;
    throw new PierError('no-scheduler', message, { hint: `Without ${names} it runs on this machine, without limits.` });
  }
  const where = on === 'login' ? 'this login node' : 'this machine';
  throw new PierError('usage', `${names}: only a job has that, and this session would run on ${where}.`, {
    hint: 'the same with --on compute',
  });
}

/** Who forgot a session that still runs is told, since each one keeps its memory. */
async function mentionOthers(context: CommandContext, { id, environment }: Session): Promise<void> {
  const others = (await listSessions({ patienceMs: 0 })).filter(
    (session) => isLive(session) && session.id !== id && session.environment.prefix === environment.prefix,
  );
  const [other] = others;
  if (!other) return;
  const back = others.length > 1 ? 'pier session list' : `pier session open ${other.id}`;
  const more = others.length > 1 ? `${others.length} sessions run` : 'Another session runs';
  context.note(`${more} in ${environment.name} already: ${back}`);
}
