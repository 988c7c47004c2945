import type { IncomingMessage } from 'node:http';
import type { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Session } from '../sessions/index.ts';
import type { Admitted } from './admit.ts';
import { answerFor } from './answer.ts';
import { readAsset } from './assets.ts';
import { makeCookie } from './cookie.ts';
import { type Keys, keyLife } from './keys.ts';
import { addressOf } from './label.ts';
import { html, ownHeaders, page } from './page.ts';
import { asRefusal, fault, Refusal } from './refusal.ts';
import type { Sessions } from './sessions.ts';

export interface RouteOptions {
  readonly sessions: Sessions;
  readonly keys: Keys;
  readonly secret: Buffer;
  /** Where the built browser side lies. */
  readonly web: string | undefined;
}

/** What a route is given beside the request. */
export interface RouteContext {
  Bindings: { readonly admitted: Exclude<Admitted, { kind: 'control' }>; readonly incoming: IncomingMessage };
}

/** Bytes; a key has 22. */
const longestKey = 200;

/** Everything that the portal answers itself, on its own host and, below `/pier/`, on each session's. */
export async function createRoutes(options: RouteOptions): Promise<Hono<RouteContext>> {
  const { Hono: Router } = await import('hono/tiny');
  const app: Hono<RouteContext> = new Router<RouteContext>();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(ownHeaders)) context.header(name, value);
  });
  addSignIn(app, options);
  addApi(app, options);
  app.get('/', (context) => context.html(page({ title: 'Sessions', body: portalBody, script: 'portal.js' })));
  app.notFound(() => {
    throw nothingHere();
  });
  app.onError((error, context) => {
    const { status, headers, body } = answerFor(context.env.incoming, asRefusal(error) ?? fault(error));
    return context.body(body, status as ContentfulStatusCode, headers);
  });
  return app;
}

function nothingHere(): Refusal {
  return new Refusal(404, 'path-unknown', 'There is nothing at this address.', 'pier portal');
}

const portalBody = html`<main id="portal"><h1>Sessions</h1>
<noscript><p>This page needs JavaScript; pier session list tells the same in a terminal.</p></noscript></main>`;

const signInBody = html`<main class="notice"><h1>Signing in</h1><p id="message" role="status">One moment …</p>
<pre hidden><code id="command"></code></pre>
<noscript><p>Signing in needs JavaScript.</p></noscript></main>`;

function addSignIn(app: Hono<RouteContext>, { keys, secret, web }: RouteOptions): void {
  app.get('/pier/sign-in', (context) =>
    context.html(page({ title: 'Sign in', body: signInBody, script: 'sign-in.js' })),
  );
  app.post('/pier/sign-in', async (context) => {
    const { label, kind } = context.env.admitted;
    if (Number(context.req.header('content-length') ?? longestKey + 1) > longestKey) throw wrongKey(kind, label);
    const redeemed = keys.redeem(label, (await context.req.text()).trim());
    if (redeemed === 'too-many') throw new Refusal(429, 'too-many-attempts', 'Too many wrong keys; wait a minute.');
    if (redeemed === 'wrong') throw wrongKey(kind, label);
    context.header('Set-Cookie', makeCookie(secret, label, context.req.header('user-agent')));
    return context.json({ signedIn: label });
  });
  // Only who is signed in gets here.
  app.get('/pier/signed-in', (context) => context.body(null, 204));
  app.get('/pier/assets/:name', async (context) => {
    const asset = await readAsset(web, context.req.param('name'));
    if (!asset) throw nothingHere();
    return context.body(asset.text, 200, { 'Content-Type': asset.type });
  });
}

function wrongKey(kind: 'portal' | 'session', label: string): Refusal {
  const next = kind === 'portal' ? 'pier portal' : `pier session open ${label}`;
  return new Refusal(403, 'key-refused', 'This link was used before, or it is too old.', next);
}

function addApi(app: Hono<RouteContext>, { sessions, keys }: RouteOptions): void {
  app.use('/api/*', async (context, next) => {
    if (context.env.admitted.kind !== 'portal') throw nothingHere();
    await next();
  });
  app.get('/api/sessions', async (context) => {
    return context.json({ sessions: (await sessions.list()).map(forBrowser) });
  });
  app.post('/api/sessions/:id/open', async (context) => {
    const { id, endpoint } = await sessions.read(context.req.param('id'));
    if (endpoint?.kind === 'direct') throw servedDirectly(id);
    // Seen from the browser: through ssh the port is not the front's.
    const port = Number(context.env.admitted.host.split(':')[1] ?? 80);
    return context.json({ url: `${addressOf(id, port, '/pier/sign-in')}#${keys.mint(id, keyLife.opened)}` });
  });
  app.post('/api/sessions/:id/stop', async (context) => {
    const { id } = await sessions.read(context.req.param('id'));
    await sessions.requestStop(id, 'the portal');
    return context.json({ session: forBrowser(await sessions.read(id)) });
  });
  app.get('/api/sessions/:id/log', async (context) => {
    const { id } = await sessions.read(context.req.param('id'));
    return context.json({ log: await sessions.log(id) });
  });
}

function servedDirectly(id: string): Refusal {
  const message = `Session ${id} has an address and a token of its own, which only the terminal shows.`;
  return new Refusal(409, 'session-direct', message, `pier session open ${id}`);
}

/** What a page may know of a session: no paths to sockets. */
function forBrowser(session: Session) {
  const { id, app, state, reason, environment, on, directory, host, created, ready, ended, ends, attempt } = session;
  // What a person has to know besides: what goes wrong although it runs, and what has become of a follow-on job.
  const remarks = [session.trouble ?? [], session.next?.reason ?? []].flat();
  const times = { created, ready, ended, ends };
  return { id, app, state, reason, remarks, environment: environment.name, on, directory, host, ...times, attempt };
}
