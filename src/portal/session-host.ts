import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errnoOf } from '../files/index.ts';
import type { Session } from '../sessions/index.ts';
import { pathOf } from './admit.ts';
import { type Answer, answerFor, send, sendOnSocket } from './answer.ts';
import { ownHeaders } from './page.ts';
import type { Forwarder } from './proxy.ts';
import { asRefusal, Refusal } from './refusal.ts';
import { stateAnswer } from './session-state.ts';
import type { Targets } from './targets.ts';

/** Serves `<id>.localhost`: everything below `/s/<id>/` is that session's, and nothing else is. */
export interface SessionHost {
  readonly web: (request: IncomingMessage, response: ServerResponse, session: Session) => Promise<void>;
  readonly webSocket: (request: IncomingMessage, socket: Duplex, head: Buffer, session: Session) => Promise<void>;
}

export function createSessionHost(proxy: Forwarder, targets: Targets): SessionHost {
  /** The socket, or what to say instead. */
  async function find(request: IncomingMessage, session: Session): Promise<string | Answer> {
    if (session.endpoint?.kind === 'direct') return answerFor(request, servedDirectly(session));
    if (!session.endpoint) return stateAnswer(request, session);
    try {
      return (await targets.reach(session)).socket;
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal) return stateAnswer(request, session, refusal);
      throw error;
    }
  }

  return {
    web: async (request, response, session) => {
      if (pathOf(request) === '/') return redirect(response, session);
      refuseOtherPaths(request, session);
      const found = await find(request, session);
      if (typeof found !== 'string') return send(request, response, found);
      proxy.web(request, response, found, (error) => {
        targets.forget(session.id);
        send(request, response, stateAnswer(request, session, silent(error)));
      });
    },
    webSocket: async (request, socket, head, session) => {
      refuseOtherPaths(request, session);
      const found = await find(request, session);
      if (typeof found !== 'string') return sendOnSocket(socket, found);
      let opened = false;
      socket.once('pipe', () => {
        opened = true;
      });
      proxy.webSocket(request, socket, head, found, (error) => {
        targets.forget(session.id);
        if (!opened) sendOnSocket(socket, stateAnswer(request, session, silent(error)));
      });
    },
  };
}

/** The application's own page: `/s/<id>/lab`, or `/tree` for Notebook. */
function redirect(response: ServerResponse, session: Session): void {
  const application = session.app === 'notebook' ? 'tree' : 'lab';
  response.writeHead(302, { ...ownHeaders, Location: `/s/${session.id}/${application}` }).end();
}

function refuseOtherPaths(request: IncomingMessage, { id }: Session): void {
  if (pathOf(request).startsWith(`/s/${id}/`)) return;
  throw new Refusal(404, 'path-foreign', `Only what begins with /s/${id}/ is served here.`, `pier session open ${id}`);
}

function silent(error: Error): Refusal {
  const nobody = ['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? '');
  const what = nobody ? 'nobody listens at its socket' : 'it broke the connection off';
  return new Refusal(502, 'session-silent', `But it does not answer now: ${what}.`);
}

function servedDirectly({ id }: Session): Refusal {
  const message = `Session ${id} has an address and a token of its own; the portal does not lead to it.`;
  return new Refusal(409, 'session-direct', message, `pier session open ${id}`);
}
