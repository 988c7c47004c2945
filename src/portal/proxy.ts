import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { withoutCookie } from './cookie.ts';
import { type Line, openLine } from './line.ts';

/** Carries one request or one WebSocket to a Unix socket. */
export interface Forwarder {
  /** `failed` is called when nothing was answered yet. */
  readonly web: (request: IncomingMessage, response: ServerResponse, socketPath: string, failed: Failed) => void;
  readonly webSocket: (
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    socketPath: string,
    failed: Failed,
  ) => void;
}

type Failed = (error: Error) => void;

/** Milliseconds in which a session must answer to a WebSocket: Jupyter waits for a kernel up to a minute. */
const handshakeTakes = 120_000;

/**
 * Passes requests on as they came, but for the portal's own cookie; and answers as they are.
 *
 * Each has a connection of its own: what one leaves behind can never be read as the beginning of the next.
 */
export async function createProxy(patience = handshakeTakes): Promise<Forwarder> {
  const { createProxyServer } = await import('http-proxy-3');
  // `toProxy` keeps the path as it was sent; without it, it is parsed and written anew.
  const proxy = createProxyServer({ toProxy: true, agent: false });
  // http-proxy-3 throws what nobody listens to: a browser that breaks a WebSocket off would end the portal.
  proxy.on('error', () => {});
  const hasteners = new WeakMap<ServerResponse, Line['hasten']>();
  proxy.on('proxyRes', (answer, _request, response) => {
    hasteners.get(response)?.(answer, response);
    // Hop by hop (RFC 9110, 7.6.1): the session's connection ends, the browser's need not.
    delete answer.headers.connection;
    delete answer.headers['keep-alive'];
    // http-proxy-3 leaves the browser waiting when the session breaks off in the middle.
    answer.once('close', () => !answer.complete && !response.writableEnded && response.destroy());
  });
  proxy.on('proxyReqWs', (outgoing, _request, socket) => {
    // Until there is an answer the browser is not read from, so it can go without being noticed.
    outgoing.setTimeout(patience, () => outgoing.destroy(new Error('no answer')));
    // http-proxy-3 does not notice either that a plain answer to a WebSocket breaks off.
    outgoing.once('response', (answer) => answer.once('close', () => !answer.complete && socket.destroy()));
  });
  const to = (socketPath: string) => ({ target: { socketPath, host: 'localhost', port: 80, protocol: 'http:' } });
  return {
    web: (request, response, socketPath, failed) => {
      hideCookie(request);
      const { agent, hasten } = openLine(socketPath);
      hasteners.set(response, hasten);
      const one = { ...to(socketPath), agent, headers: { connection: 'close' } };
      proxy.web(request, response, one, (error) => failed(error));
    },
    webSocket: (request, socket, head, socketPath, failed) => {
      hideCookie(request);
      proxy.ws(request, socket, head, to(socketPath), (error) => failed(error));
    },
  };
}

function hideCookie(request: IncomingMessage): void {
  const kept = withoutCookie(request.headers.cookie);
  if (kept === undefined) delete request.headers.cookie;
  else request.headers.cookie = kept;
}
