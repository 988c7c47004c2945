import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Admitted, admit, pathOf } from './admit.ts';
import { answerFor, send, sendOnSocket } from './answer.ts';
import { serveControl } from './control.ts';
import { createDoors } from './door.ts';
import type { Keys } from './keys.ts';
import { createProxy } from './proxy.ts';
import { asRefusal, fault, Refusal } from './refusal.ts';
import { createRoutes } from './routes.ts';
import { createSessionHost } from './session-host.ts';
import type { Sessions } from './sessions.ts';
import { createTargets } from './targets.ts';

export interface AppOptions {
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly label: string;
  /** The front's port; null while there is none. */
  readonly port: () => number | null;
  readonly secret: Buffer;
  readonly version: string;
  /** Where the built browser side lies; default: beside this program. */
  readonly web?: string;
}

/** The portal as one HTTP app. Whoever made it lets it listen on the Unix socket and gives it the front's connections. */
export interface App extends AsyncDisposable {
  readonly server: Server;
  /** Takes a connection of the loopback listeners. */
  readonly take: (connection: Socket) => void;
  /** Open connections, WebSockets included. */
  readonly connections: () => number;
}

/** Milliseconds. A connection is looked up in /proc when it comes in, so keeping it spares the next request that. */
const idleConnection = 65_000;

export async function createApp(options: AppOptions): Promise<App> {
  const { sessions, keys, label, port, secret, version } = options;
  const [doors, targets, open] = [createDoors(), createTargets(sessions), new Set<Socket>()];
  const keeper = { label, port, secret, version, keys, readSession: targets.session, reach: targets.reach };
  const sessionHost = createSessionHost(await createProxy(), targets);
  const routes = await createRoutes({ sessions, keys, secret, web: options.web });
  const { getRequestListener } = await import('@hono/node-server');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admitted = await admit(request, doors.of(request.socket), keeper);
    if (admitted.kind === 'control') return await serveControl(request, response, keeper);
    if (isSessionsOwn(request, admitted)) return await sessionHost.web(request, response, admitted.session);
    const listener = getRequestListener((asked) => routes.fetch(asked, { admitted, incoming: request }), {
      overrideGlobalObjects: false,
    });
    await listener(request, response);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const admitted = await admit(request, doors.of(socket), keeper);
    if (admitted.kind !== 'session') throw new Refusal(404, 'path-unknown', 'The portal itself has no WebSocket.');
    await sessionHost.webSocket(request, socket, head, admitted.session);
  }

  const server = createServer({
    insecureHTTPParser: false,
    // An upload over a slow line may take hours; only the headers must come soon.
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: idleConnection,
  });
  server.on('connection', (socket: Socket) => {
    doors.enter(socket, 'socket');
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('request', (request, response) => {
    serve(request, response).catch((error) => {
      send(request, response, answerFor(request, asRefusal(error) ?? fault(error)));
    });
  });
  server.on('upgrade', (request, socket, head) => {
    // Node has let go of the socket, its error handler included.
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error) => {
      sendOnSocket(socket, answerFor(request, asRefusal(error) ?? fault(error)));
    });
  });

  return {
    server,
    take: (connection) => {
      doors.enter(connection, 'loopback');
      server.emit('connection', connection);
    },
    connections: () => open.size,
    [Symbol.asyncDispose]: async () => {
      const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined;
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

type Own = Extract<Admitted, { kind: 'session' }>;

/** On a session's host everything but the sign-in below `/pier/` is the session's. */
function isSessionsOwn(request: IncomingMessage, admitted: Admitted): admitted is Own {
  return admitted.kind === 'session' && !pathOf(request).startsWith('/pier/');
}
