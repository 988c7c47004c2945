import type { IncomingMessage } from 'node:http';
import { PierError } from '../files/index.ts';
import type { Session } from '../sessions/index.ts';
import { isSignedIn } from './cookie.ts';
import type { Door } from './door.ts';
import { isSessionLabel } from './label.ts';
import { Refusal } from './refusal.ts';
import { sameText, sign } from './secret.ts';

/** What `admit` must know to judge a request. */
export interface Gatekeeper {
  readonly label: string;
  /** The front's port; null while there is no front. */
  readonly port: () => number | null;
  readonly secret: Buffer;
  readonly readSession: (id: string) => Promise<Session>;
}

/** A request that may be served, and as whose. */
export type Admitted =
  | { readonly kind: 'control' }
  | { readonly kind: 'portal'; readonly label: string; readonly host: string }
  | { readonly kind: 'session'; readonly label: string; readonly host: string; readonly session: Session };

const hostPattern = /^([a-z0-9-]{1,63})\.localhost(?::(\d{1,5}))?$/;
/** What a browser that is not signed in may have. */
const openPath = /^\/pier\/(sign-in|assets\/[\w.-]+)$/;

/**
 * Stands before everything else, upgrades included: who is at the other end, to which host they speak, from which
 * page, and whether they are signed in. Throws a `Refusal`.
 */
export async function admit(request: IncomingMessage, door: Door | undefined, keeper: Gatekeeper): Promise<Admitted> {
  if (!door || (door.kind === 'loopback' && !(await door.isOurs))) throw notYours();
  refuseMalformed(request);
  const host = request.headers.host ?? '';
  if (door.kind === 'socket' && host === 'pier') return admitControl(request, keeper.secret);
  const admitted = await admitHost(host, door, keeper);
  refuseForeignPage(request, host);
  if (!openPath.test(pathOf(request)) && !isSignedIn(keeper.secret, admitted.label, request.headers.cookie)) {
    throw notSignedIn(admitted);
  }
  return admitted;
}

/** The path as it was sent, without the query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0] as string;
}

export function isUpgrade(request: IncomingMessage): boolean {
  return request.headers.upgrade !== undefined && /\bupgrade\b/i.test(request.headers.connection ?? '');
}

function refuseMalformed(request: IncomingMessage): void {
  const { headersDistinct, headers, method = '' } = request;
  const path = pathOf(request);
  const malformed =
    (headersDistinct.host?.length ?? 0) !== 1 ||
    (headersDistinct.origin?.length ?? 0) > 1 ||
    !path.startsWith('/') ||
    path.startsWith('//') ||
    path.includes('\\') ||
    // A browser resolves these before it asks; what is left of them means to step out of a session.
    path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
  if (malformed) throw new Refusal(400, 'request-malformed', 'This request is not one that a browser makes.');
  if (isUpgrade(request) && (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket' || hasBody(request))) {
    throw new Refusal(400, 'upgrade-unknown', 'Only a WebSocket can be opened here.');
  }
  // http-proxy-3 would send `Content-Length: 0` and then the body, which reads as a second request.
  if ((method === 'DELETE' || method === 'OPTIONS') && headers['transfer-encoding'] !== undefined) {
    throw new Refusal(411, 'length-required', `A ${method} with a body must say its length.`);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * The portal's own client. It proves that it can read the secret in our state directory.
 *
 * The Unix socket alone is no proof: forwarded by ssh, it is a port on a laptop that every program and page there
 * can reach. A browser cannot make this request at all: it always names a port or a page, or both.
 */
function admitControl(request: IncomingMessage, secret: Buffer): Admitted {
  const { method, headers } = request;
  const fromBrowser = Object.keys(headers).some((name) => name === 'origin' || /^(sec-|cookie|referer)/.test(name));
  const proof = `Pier ${sign(secret, 'control', 'client')}`;
  if (method === 'POST' && !fromBrowser && !isUpgrade(request) && sameText(headers.authorization ?? '', proof)) {
    return { kind: 'control' };
  }
  throw new Refusal(403, 'control-refused', 'Only pier itself may ask this.');
}

/** Host must be exactly one of ours: a foreign name that was made to lead here (DNS rebinding) is not. */
async function admitHost(
  host: string,
  door: Door,
  keeper: Gatekeeper,
): Promise<Exclude<Admitted, { kind: 'control' }>> {
  const [, label = '', port = '80'] = hostPattern.exec(host) ?? [];
  // Through the socket, ssh or the laptop's pier chose a port of their own.
  if (label === '' || (door.kind === 'loopback' && Number(port) !== keeper.port())) throw wrongHost();
  if (label === keeper.label) return { kind: 'portal', label, host };
  if (!isSessionLabel(label)) throw wrongHost();
  return { kind: 'session', label, host, session: await readKnown(label, keeper) };
}

async function readKnown(id: string, keeper: Gatekeeper): Promise<Session> {
  try {
    return await keeper.readSession(id);
  } catch (error) {
    if (!(error instanceof PierError) || error.code !== 'session-unknown') throw error;
    throw new Refusal(421, 'session-unknown', `There is no session ${id} here.`, 'pier session list');
  }
}

/**
 * What a page of another origin may have of us: nothing but being followed as a link.
 *
 * Another port of the same host is another origin, though its cookies are ours, so `SameSite` does not keep it out.
 */
function refuseForeignPage(request: IncomingMessage, host: string): void {
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = request.headers;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const ownPage = origin === `http://${host}`;
  const mustShow = isUpgrade(request) || !reads;
  const followed = mode === 'navigate' && destination === 'document';
  const foreignSite = site === 'cross-site' || site === 'same-site';
  if ((mustShow && !ownPage) || (origin !== undefined && !ownPage) || (foreignSite && !(reads && followed))) {
    throw new Refusal(403, 'origin-foreign', 'Another page asked for this. Only its own pages may.');
  }
}

function notYours(): Refusal {
  return new Refusal(403, 'peer-foreign', 'This portal belongs to another user of this machine.', 'pier portal');
}

function wrongHost(): Refusal {
  return new Refusal(421, 'host-foreign', 'This address is not one of the portal’s.', 'pier portal');
}

function notSignedIn(admitted: Exclude<Admitted, { kind: 'control' }>): Refusal {
  const what = admitted.kind === 'portal' ? 'the portal' : `session ${admitted.label}`;
  const next = admitted.kind === 'portal' ? 'pier portal' : `pier session open ${admitted.label}`;
  return new Refusal(401, 'not-signed-in', `This browser is not signed in to ${what}.`, next);
}
