import { once } from 'node:events';
import { chmod, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { identityOf, liveness, makeRuntimeDirectory, namesIn } from '../files/index.ts';
import { listSessions, openWays, readLog, readSession, requestStop } from '../sessions/index.ts';
import { type App, createApp } from './app.ts';
import { takeClaim } from './claim.ts';
import { findPortal } from './client.ts';
import { type Front, openFront } from './front.ts';
import { createKeys } from './keys.ts';
import { isSessionLabel } from './label.ts';
import { catchSignals, type Ending, untilOver } from './lifetime.ts';
import {
  isOwnSocket,
  makeHostDirectory,
  publishRecord,
  readAddress,
  readPortalRecord,
  withdrawRecord,
  writeAddress,
} from './record.ts';
import { sweepRedirects } from './redirect.ts';
import { readOrMakeSecret } from './secret.ts';
import type { Sessions } from './sessions.ts';
import { version } from './version.ts';

export interface ServeOptions {
  /** Minutes without a live session and without an open connection, after which it ends; default: 15. */
  readonly idleMinutes?: number;
  readonly sessions?: Sessions;
  /** Where the built browser side lies; default: beside this program. */
  readonly web?: string;
}

/** `other-serves`: this host has a portal already, and this one never served. */
export type ServeOutcome = Ending | 'other-serves';

// A browser does not wait for Slurm: it is asked behind, and the page looks again.
const inPassing = { patienceMs: 1000 };

const realSessions: Omit<Sessions, 'reach'> = {
  list: () => listSessions(inPassing),
  read: (id) => readSession(id, inPassing),
  requestStop,
  log: readLog,
};

/**
 * Serves the portal of this host until nobody needs it, or a signal ends it; then leaves nothing behind.
 *
 * Errors: `cannot-write`, `no-port`, `directory-untrusted`, `record-untrusted`.
 */
export async function servePortal(options: ServeOptions = {}): Promise<ServeOutcome> {
  const { idleMinutes = 15, web } = options;
  using stop = catchSignals();
  await makeHostDirectory();
  await using claim = await takeClaim(async () => (await findPortal()) !== undefined);
  if (!claim) return 'other-serves';
  await clearBehind();
  const directory = await makeRuntimeDirectory('portal');
  await using ways = openWays(directory);
  const sessions = options.sessions ?? { ...realSessions, reach: ways.reach };
  await using serving = await open(directory, sessions, web);
  return await untilOver({ ...serving, claim, sessions, idle: idleMinutes * 60_000, directory }, stop.signal);
}

interface Serving extends AsyncDisposable {
  readonly app: App;
  readonly secret: Buffer;
  readonly publish: () => Promise<void>;
}

async function open(directory: string, sessions: Sessions, web: string | undefined): Promise<Serving> {
  const socket = path.join(directory, 'p.sock');
  const [secret, { label, port: wanted }] = await Promise.all([readOrMakeSecret(), readAddress()]);
  let front: Front | undefined;
  const port = () => front?.port ?? null;
  const app = await createApp({
    sessions,
    keys: createKeys(),
    label,
    port,
    secret,
    version,
    ...(web === undefined ? {} : { web }),
  });
  try {
    await listen(app, socket);
    front = await openFront(wanted, app.take);
    await writeAddress({ label, port: front.port });
    const started = new Date().toISOString();
    const record = { identity: identityOf(process.pid), socket, port: front.port, label, version, started };
    const publish = () => publishRecord(record);
    await publish();
    return { app, secret, publish, [Symbol.asyncDispose]: () => close(app, front, socket) };
  } catch (error) {
    await close(app, front, socket);
    throw error;
  }
}

/** The directory is 0700 already; the mode of the socket itself is for systems that ask only that. */
async function listen(app: App, socket: string): Promise<void> {
  app.server.listen(socket);
  await once(app.server, 'listening');
  await chmod(socket, 0o600);
}

async function close(app: App, front: Front | undefined, socket: string): Promise<void> {
  await withdrawRecord(socket);
  const closed = front?.[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await closed;
  await removeRuntimeDirectory(socket);
}

/** Removes what a portal that was killed left in its runtime directory, if that is still ours alone. */
async function clearBehind(): Promise<void> {
  const old = await readPortalRecord().catch(() => undefined);
  if (old && liveness(old.identity) === 'dead' && (await isOwnSocket(old.socket))) {
    await removeRuntimeDirectory(old.socket);
  }
}

/** Names each thing that a portal makes there; anything else stays, and its directory with it. */
async function removeRuntimeDirectory(socket: string): Promise<void> {
  await sweepRedirects(path.dirname(socket), 0);
  // The sockets that lead to sessions on other nodes.
  for (const name of await namesIn(path.dirname(socket)).catch(() => [])) {
    if (name.endsWith('.sock') && isSessionLabel(path.basename(name, '.sock'))) {
      await rm(path.join(path.dirname(socket), name), { force: true });
    }
  }
  await rm(socket, { force: true });
  await rmdir(path.dirname(socket)).catch(() => {});
}
