import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { html, notice, ownHeaders, page } from './page.ts';
import type { Refusal } from './refusal.ts';

/** Someone who reads what comes back: not a script, a picture or a WebSocket. */
export function isNavigation({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const mode = headers['sec-fetch-mode'];
  return (mode === undefined || mode === 'navigate') && (headers.accept ?? '').includes('text/html');
}

/** One answer of pier's own. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const titles: Record<number, string> = {
  401: 'Please sign in',
  403: 'Not allowed',
  404: 'Nothing here',
  421: 'Wrong address',
  429: 'Too many attempts',
  503: 'Not ready',
};

/** What is answered to a request that is not served: a page for a person, JSON for a program. */
export function answerFor(request: IncomingMessage, refusal: Refusal): Answer {
  const { status, code, message, hint } = refusal;
  const type = (name: string) => ({ ...ownHeaders, 'Content-Type': `${name}; charset=utf-8` });
  if (!isNavigation(request)) {
    const body = `${JSON.stringify({ error: { code, message, hint: hint ?? null } })}\n`;
    return { status, headers: type('application/json'), body };
  }
  const title = titles[status] ?? 'That did not work';
  // A link on another page does not carry the cookie (SameSite=Strict); asking again does.
  const again = status === 401 ? html`<p>If you followed a link to get here, reload this page first.</p>` : '';
  const body = notice(title, html`<p>${message}</p>${again}`, hint);
  return { status, headers: type('text/html'), body: page({ title, body }) };
}

/** Sends an answer; where one was begun already, there is nothing left but to break off. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent) return void response.destroy();
  // Whatever is wrong with a request may be wrong with the whole connection; and its body was not read.
  if (answer.status >= 400) response.shouldKeepAlive = false;
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': Buffer.byteLength(answer.body) });
  response.end(request.method === 'HEAD' ? '' : answer.body);
}

/** Answers a request for an upgrade with plain HTTP, and closes. */
export function sendOnSocket(socket: Duplex, answer: Answer): void {
  if (socket.destroyed) return;
  const headers = { ...answer.headers, 'Content-Length': String(Buffer.byteLength(answer.body)), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('')}\r\n${answer.body}`);
}
