import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { activeEnvironment, environmentsRootIfKnown, listEnvironments } from '../../environments/index.ts';
import { errnoOf, tilde } from '../../files/index.ts';
import { isLive, listSessions } from '../../sessions/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { fields } from '../layout.ts';
import { count, counted, size } from '../quantities.ts';
import { version } from '../version.ts';

/** `pier`: where am I, and what to do next. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  const root = environmentsRootIfKnown(site) ?? null;
  const [environments, all, left] = await Promise.all([
    listEnvironments(site),
    listSessions({ patienceMs: 1500 }),
    spaceLeft(root),
  ]);
  const usual = site.profile.jupyter.environment;
  const sessions = all.filter((session) => isLive(session));
  const found = environments.find(({ name, origin }) => name === usual && origin !== 'foreign');
  const here = {
    version,
    host: hostname(),
    site: { id: site.id, name: site.name, chosenBy: site.chosenBy },
    active: activeEnvironment(),
    default: { name: usual, state: found?.state ?? null, reason: found?.reason ?? null },
    environments: { count: environments.length, root, ...left },
    sessions: sessions.map(({ id, app, state, environment }) => ({ id, app, state, environment: environment.name })),
  };
  const next = nextFor(here);
  const onCompute = next.command === 'pier lab' && site.profile.scheduler !== 'none' ? nextOnCompute : null;
  const hasQuota = (site.profile.quota?.reader ?? 'none') !== 'none';
  return result({ here: { ...here, next, onCompute } }, (shown) => page(shown.here, hasQuota));
}

interface Here {
  readonly version: string;
  readonly host: string;
  readonly site: { readonly id: string; readonly name: string; readonly chosenBy: string };
  readonly active: { readonly prefix: string; readonly kind: string } | null;
  /** State null: still to be made. */
  readonly default: { readonly name: string; readonly state: string | null; readonly reason: string | null };
  readonly environments: {
    readonly count: number;
    /** Null where the person has to say first whose space it is in. */
    readonly root: string | null;
    readonly bytesLeft: number | null;
    readonly filesLeft: number | null;
  };
  readonly sessions: readonly {
    readonly id: string;
    readonly app: string;
    readonly state: string;
    readonly environment: string;
  }[];
}

interface Next {
  readonly command: string;
  readonly why: string;
}

/** The one thing that matters now. */
function nextFor({ default: usual, sessions }: Here): Next {
  const ready = sessions.find((session) => session.state === 'ready');
  if (ready) return { command: `pier session open ${ready.id}`, why: 'goes back to what is running' };
  if (usual.state !== null && usual.state !== 'ok') {
    return { command: `pier env show ${usual.name}`, why: `says what is wrong with ${usual.name}` };
  }
  return { command: 'pier lab', why: `opens JupyterLab in ${usual.name}${usual.state ? '' : ', which is made first'}` };
}

/** What a cluster is for. */
const nextOnCompute: Next = { command: 'pier lab --on compute', why: 'does so on a compute node, by a job' };

function page(here: Here & { readonly next: Next; readonly onCompute: Next | null }, hasQuota: boolean): string {
  const { site, active, default: usual, environments, sessions, next, onCompute } = here;
  return fields([
    ['pier', `${here.version} on ${here.host}`],
    ['Site', `${site.id} (${site.name}), chosen by ${site.chosenBy}`],
    ['Active', active ? `${active.kind} ${tilde(active.prefix)}` : 'no environment'],
    ['Default', `${usual.name}, ${usual.state ?? 'not made yet'}${usual.reason ? `: ${usual.reason}` : ''}`],
    ['Environments', `${count(environments.count)}; ${whereTo(environments, hasQuota)}`],
    [
      'Sessions',
      sessions.map(({ id, app, state, environment }) => `${id} ${app} in ${environment}, ${state}`).join('\n') ||
        'none',
    ],
    ['Next', `${next.command}   ${next.why}`],
    ['', onCompute && `${onCompute.command}   ${onCompute.why}`],
  ]);
}

function whereTo(environments: Here['environments'], hasQuota: boolean): string {
  if (environments.root === null) return 'where new ones go is still to be said: pier env create says how';
  return `new ones go to ${tilde(environments.root)}, ${left(environments, hasQuota)}`;
}

/** Quotas take a second or more to ask, which is done before something is made. */
function left({ bytesLeft, filesLeft }: Here['environments'], hasQuota: boolean): string {
  if (bytesLeft === null) return 'space left unknown';
  const disk = `${size(bytesLeft)}${filesLeft === null ? '' : ` and ${counted(filesLeft, 'file')}`} left`;
  return hasQuota ? `${disk} on its disk, if your quota allows as much` : disk;
}

/** What the file system of a directory, or of the nearest one above that exists, has left for us. */
async function spaceLeft(directory: string | null): Promise<{ bytesLeft: number | null; filesLeft: number | null }> {
  if (directory === null) return { bytesLeft: null, filesLeft: null };
  try {
    const { bavail, bsize, ffree, files } = await statfs(directory);
    // btrfs and some network file systems count no inodes.
    return { bytesLeft: bavail * bsize, filesLeft: files > 0 ? ffree : null };
  } catch (error) {
    const isMissing = errnoOf(error) === 'ENOENT' && path.dirname(directory) !== directory;
    return isMissing ? await spaceLeft(path.dirname(directory)) : { bytesLeft: null, filesLeft: null };
  }
}
