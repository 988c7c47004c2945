import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reach, Session } from '../sessions/index.ts';
import type { Gatekeeper } from './admit.ts';
import { send } from './answer.ts';
import { type Keys, keyLife } from './keys.ts';
import { ownHeaders } from './page.ts';
import { Refusal } from './refusal.ts';

/** What the portal says of itself. */
export interface Health {
  readonly pid: number;
  readonly version: string;
  readonly label: string;
  readonly port: number | null;
}

/** What only the portal's own client asks for, beside what every request needs. */
interface Controlled extends Gatekeeper {
  readonly version: string;
  readonly keys: Keys;
  readonly reach: (session: Session) => Promise<Reach>;
}

/**
 * Serves the portal's own client, which `admit` let in: `POST /health`, `POST /keys/portal` and `POST /keys/<id>`;
 * `/keys/<id>?life=lasting` for a key that a person carries to another machine; `POST /reach/<id>` for the way to it.
 */
export async function serveControl(
  request: IncomingMessage,
  response: ServerResponse,
  keeper: Controlled,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://pier');
  const [, verb, whose = '', ...rest] = url.pathname.split('/');
  if (verb === 'health' && whose === '') {
    const { version, label } = keeper;
    return answer(request, response, { pid: process.pid, version, label, port: keeper.port() } satisfies Health);
  }
  if (verb === 'reach' && rest.length === 0) {
    const { way, tried } = await keeper.reach(await keeper.readSession(whose));
    return answer(request, response, { way, tried });
  }
  if (verb !== 'keys' || rest.length > 0) throw new Refusal(404, 'path-unknown', 'The portal is not asked so.');
  const label = whose === 'portal' ? keeper.label : (await keeper.readSession(whose)).id;
  const life = url.searchParams.get('life') === 'lasting' ? keyLife.lasting : keyLife.opened;
  answer(request, response, { label, key: keeper.keys.mint(label, life) });
}

function answer(request: IncomingMessage, response: ServerResponse, value: unknown): void {
  const headers = { ...ownHeaders, 'Content-Type': 'application/json' };
  send(request, response, { status: 200, headers, body: JSON.stringify(value) });
}
