import { hostname } from 'node:os';
import { PierError, tilde, userName } from '../files/index.ts';
import { ensurePortal, openInBrowser, type PortalClient } from '../portal/index.ts';
import { readLog, type Session } from '../sessions/index.ts';
import { commandLine } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import { wrap } from './layout.ts';
import { type DirectOpening, describeDirectly, openDirectly } from './open-directly.ts';
import { clock, duration } from './times.ts';

/** How a person gets to a session or the portal. */
export interface Opening {
  /** Works once, for ten minutes; afterwards the browser stays signed in. */
  readonly url: string;
  readonly opened: boolean;
  /** The line to paste on the laptop, when this machine was reached over ssh. */
  readonly tunnel: string | null;
  /** Of a session with an address of its own (`--direct`): all the ways to it. */
  readonly ways?: DirectOpening['ways'];
  /** How the portal gets to a session on another node, and why not otherwise. */
  readonly reach?: Awaited<ReturnType<PortalClient['reach']>>;
}

/** Brings a ready session within the browser's reach. Errors: those of the portal. */
export async function openSession(session: Session, browser: boolean, site: Site): Promise<Opening> {
  if (session.endpoint?.kind === 'direct') return await openDirectly(session, site, thisNode(), browser);
  const portal = await ensurePortal();
  // Before a browser is sent there: if no way leads to it, this says why.
  const reach = session.on === 'compute' ? { reach: await portal.reach(session.id) } : {};
  const url = await portal.signInUrl({ session: session.id, lasting: true });
  return { ...reach, url, opened: browser && (await openInBrowser(url)) === 'opened', tunnel: reachFrom(portal) };
}

/** `ssh -N -L PORT:SOCKET USER@HOST`, to this very node; null when nobody came over ssh. */
export function reachFrom(portal: PortalClient): string | null {
  const node = thisNode();
  return node && commandLine(['ssh', '-N', '-L', `${portal.port}:${portal.socket}`, node]);
}

/**
 * `USER@HOST` as the laptop reaches this node. An alias may lead to another login node, so: this node's full name,
 * or the address the laptop itself came to (the third word of SSH_CONNECTION, ssh(1)).
 */
function thisNode(): string | null {
  const address = process.env.SSH_CONNECTION?.split(' ')[2];
  if (!address) return null;
  const name = hostname();
  return `${userName()}@${name.includes('.') && !name.endsWith('.localdomain') ? name : address}`;
}

/** What is said with --verbose: the way to a session on another node, and why the others were not taken. */
export function reachLines({ reach }: Opening): string[] {
  return (reach?.tried ?? []).map(({ way, reason }) => (reason === null ? `Way: ${way}.` : `Not by ${way}: ${reason}`));
}

export function describeOpening(session: Session, opening: Opening): string {
  const app = session.app === 'lab' ? 'JupyterLab' : 'Jupyter Notebook';
  const what = `${app} in ${session.environment.name} (session ${session.id})`;
  const trouble = session.trouble === null ? '' : `\n${wrap(session.trouble)}`;
  const shows = `It shows ${tilde(session.directory)}.${endOf(session)}${trouble}`;
  if (session.endpoint?.kind !== 'direct') {
    return `${describeAddress(what, opening, `pier session open ${session.id}`)}\n${shows}`;
  }
  return [describeDirectly(what, opening), wrap(session.reason), shows].join('\n\n');
}

/** When Slurm ends its job. */
function endOf({ ends, id }: Session): string {
  if (ends === null) return '';
  const left = duration(Math.max(0, Date.parse(ends) - Date.now()));
  return `\nIt ends at ${clock(ends)} at the latest, in ${left}.\nMore time, with new kernels: pier session renew ${id}`;
}

/** Where a person goes with a one-time address; `again` is the command that gives another. */
export function describeAddress(what: string, opening: Opening, again: string): string {
  const once = `The address works once, within 10 minutes. Another: ${again}`;
  return [...whereTo(what, opening), ...(opening.opened ? [] : [once])].join('\n\n');
}

function whereTo(what: string, { url, opened, tunnel }: Opening): string[] {
  if (opened) return [`${what} is open in your browser.`];
  if (tunnel === null) return [`${what} is ready:`, `  ${url}`];
  return [`${what} is ready.`, 'On your own computer, in a new terminal:', `  ${tunnel}`, 'then open:', `  ${url}`];
}

/** The error for a session that ended instead of getting ready, with the end of its log. */
export async function sessionFailed(session: Session): Promise<PierError> {
  const log = session.reason.includes('\n') ? '' : (await readLog(session.id, 8)).trim();
  const tail = log ? `\nThe end of its log:\n${log}` : '';
  return new PierError(
    'session-not-ready',
    `Session ${session.id} ${session.state === 'failed' ? 'has failed' : `is ${session.state}`}. ${session.reason}${tail}`,
    {
      hint: `pier session logs ${session.id}`,
    },
  );
}
