import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { PierError } from '../files/index.ts';
import type { Session } from '../sessions/index.ts';
import { createApp } from './app.ts';
import { makeCookie } from './cookie.ts';
import { type Front, openFront } from './front.ts';
import { createKeys, keyLife } from './keys.ts';
import { addressOf, makeLabel } from './label.ts';
import type { Sessions } from './sessions.ts';

// For tests: sessions that are real HTTP and WebSocket servers on Unix sockets, and ways to speak to the portal raw.

/** A session as the sessions room would tell it. */
export function sessionNamed(id: string, changes: Partial<Session> = {}): Session {
  return {
    id,
    app: 'lab',
    state: 'ready',
    reason: 'Jupyter answers.',
    trouble: null,
    environment: { name: 'sci', prefix: '/envs/sci' },
    on: 'here',
    directory: '/home/ada/work',
    host: 'here',
    created: '2026-11-23T10:00:00.000Z',
    ready: '2026-11-23T10:00:05.000Z',
    ended: null,
    ends: null,
    job: null,
    next: null,
    attempt: 1,
    baseUrl: `/s/${id}/`,
    endpoint: { kind: 'socket', path: `/nowhere/${id}` },
    log: `/nowhere/${id}.log`,
    ...changes,
  };
}

/** What a request looked like when it reached the session. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A session's server: tells what reached it, echoes WebSockets, streams at `/events`, breaks off at `/broken`. */
export interface Upstream extends AsyncDisposable {
  readonly socket: string;
  readonly server: Server;
  /** All requests and upgrades that came, in order. */
  readonly seen: Seen[];
  /** Connections open now. */
  readonly open: Set<Socket>;
}

export async function startUpstream(directory: string, id: string): Promise<Upstream> {
  const [seen, open, socket]: [Seen[], Set<Socket>, string] = [[], new Set(), path.join(directory, `${id}.sock`)];
  const server = createServer(async (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    if (url.endsWith('/events')) {
      seen.push({ method, url, headers, body: '' });
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
      return;
    }
    if (url.endsWith('/broken')) {
      response.writeHead(200, { 'Content-Length': 1000 }).write('begun');
      setImmediate(() => incoming.socket.destroy());
      return;
    }
    if (url.includes('/big/')) return void response.end(Buffer.alloc(Number(url.split('/big/')[1]), 'x'));
    const body = await text(incoming);
    seen.push({ method, url, headers, body });
    const html = url.endsWith('.html');
    response.writeHead(url.endsWith('/missing') ? 404 : 200, {
      'Content-Type': html ? 'text/html' : 'application/json',
      'Set-Cookie': ['_xsrf=1; Path=/', 'b=2'],
    });
    response.end(html ? `<!doctype html><title>${id}</title>` : JSON.stringify({ id, method, url, headers, body }));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('connection', (connection: Socket) => {
    open.add(connection);
    connection.once('close', () => open.delete(connection));
  });
  server.on('upgrade', (incoming: IncomingMessage, connection: Socket, head) => {
    const { method = '', url = '', headers } = incoming;
    seen.push({ method, url, headers, body: '' });
    if (url.endsWith('/plain')) return void connection.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    if (url.endsWith('/torn')) {
      connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun', () => connection.destroy());
      return;
    }
    if (url.endsWith('/silent')) return void connection.resume().once('end', () => connection.end());
    sockets.handleUpgrade(incoming, connection, head, (webSocket) => {
      webSocket.on('message', (data, binary) => webSocket.send(data, { binary }));
    });
  });
  server.listen(socket);
  await once(server, 'listening');
  const close = async () => {
    for (const connection of open) connection.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { socket, server, seen, open, [Symbol.asyncDispose]: close };
}

/** Sessions kept in a list that the test changes; those with an upstream are reached at its socket. */
export interface FakeSessions extends Sessions {
  readonly all: Map<string, Session>;
  readonly upstreams: Map<string, Upstream>;
  readonly stopped: { id: string; by: string }[];
}

export function fakeSessions(): FakeSessions {
  const [all, upstreams, stopped]: [Map<string, Session>, Map<string, Upstream>, { id: string; by: string }[]] = [
    new Map(),
    new Map(),
    [],
  ];
  const read = async (id: string) => {
    const session = all.get(id);
    if (!session) throw new PierError('session-unknown', `There is no session ${id}.`);
    return session;
  };
  return {
    all,
    upstreams,
    stopped,
    list: async () => [...all.values()],
    read,
    requestStop: async (id, by) => {
      stopped.push({ id, by });
      all.set(id, { ...(await read(id)), state: 'ended', reason: `It was stopped by ${by}.`, endpoint: null });
    },
    log: async (id) => `log of ${id}\n<script>alert(1)</script>`,
    reach: async ({ id }) => {
      const upstream = upstreams.get(id);
      if (!upstream) throw new PierError('endpoint-untrusted', `The socket of ${id} is not its own.`);
      return { socket: upstream.socket, way: 'socket', tried: [{ way: 'socket', reason: null }] };
    },
  };
}

/** The portal's app behind both doors, with sessions of a test's own. */
export interface Stand extends AsyncDisposable {
  readonly label: string;
  readonly secret: Buffer;
  readonly sessions: FakeSessions;
  /** Through the Unix socket, as ssh comes. */
  readonly socket: Way;
  /** Through the loopback listeners, as a browser comes. */
  readonly loopback: { readonly host: string; readonly port: number };
  /** `<label>.localhost:<port>` */
  readonly hostOf: (label: string) => string;
  /** An address that signs a browser in once. */
  readonly signInUrl: (label: string) => string;
  /** Headers of a browser that is signed in to a label. */
  readonly signedIn: (label: string) => { readonly host: string; readonly cookie: string };
}

export async function openStand(directory: string, web?: string): Promise<Stand> {
  const [label, secret, sessions, keys] = [makeLabel(), randomBytes(32), fakeSessions(), createKeys()];
  let front: Front | undefined;
  const port = () => front?.port ?? null;
  const app = await createApp({
    sessions,
    keys,
    label,
    port,
    secret,
    version: '1',
    ...(web === undefined ? {} : { web }),
  });
  const path = `${directory}/p.sock`;
  app.server.listen(path);
  await once(app.server, 'listening');
  front = await openFront(null, app.take);
  const opened = front;
  const hostOf = (of: string) => `${of}.localhost:${opened.port}`;
  const cookieOf = (of: string) => makeCookie(secret, of).split(';')[0] as string;
  return {
    label,
    secret,
    sessions,
    socket: { path },
    loopback: { host: '127.0.0.1', port: opened.port },
    hostOf,
    signInUrl: (of) => `${addressOf(of, opened.port, '/pier/sign-in')}#${keys.mint(of, keyLife.opened)}`,
    signedIn: (of) => ({ host: hostOf(of), cookie: cookieOf(of) }),
    [Symbol.asyncDispose]: async () => {
      const closed = opened[Symbol.asyncDispose]();
      await app[Symbol.asyncDispose]();
      await closed;
      for (const upstream of sessions.upstreams.values()) await upstream[Symbol.asyncDispose]();
    },
  };
}

/** Adds a session that is ready, with a server of its own. */
export async function addSession(stand: Stand, directory: string, id: string): Promise<Upstream> {
  const upstream = await startUpstream(directory, id);
  stand.sessions.all.set(id, sessionNamed(id));
  stand.sessions.upstreams.set(id, upstream);
  return upstream;
}

/** Where a test speaks to: a path of a Unix socket, or a port of a loopback address. */
export type Way = { readonly path: string } | { readonly port: number; readonly host: string };

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request with just these headers. */
export async function ask(
  way: Way,
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Asked> {
  const { method = 'GET', headers = {}, body } = options;
  const to = 'path' in way ? { socketPath: way.path } : way;
  const asked = request({ ...to, path: url, method, headers, agent: false, setHost: false });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Sends bytes as they are, and gives back all that is answered until the other side closes. */
export async function sendRaw(way: Way, bytes: string): Promise<string> {
  const socket = connect(way);
  await once(socket, 'connect');
  socket.write(bytes);
  return await text(socket);
}
