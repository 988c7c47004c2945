import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { liveness, PierError, thisProgram } from '../../files/index.ts';
import { query } from '../../jobs/index.ts';
import { ask } from '../ask.ts';
import { carry } from '../carry.ts';
import { type AttemptRecords, readAttempt, readRequest } from '../records.ts';
import type { Session } from '../session.ts';
import { jobOf } from '../state-slurm.ts';
import { trustedSocket } from '../trusted-socket.ts';
import { rememberedWay, rememberWay } from './remembered.ts';
import type { Destination, OpenTransport, Transport, WayName } from './transport.ts';

/** One way that was tried, and why it was not taken; null for the one that was. */
export interface Tried {
  readonly way: WayName;
  readonly reason: string | null;
}

/** How a session is reached from here. */
export interface Reach {
  readonly socket: string;
  readonly way: WayName;
  readonly tried: readonly Tried[];
}

/** The ways from this machine to the sessions of its user. */
export interface Ways extends AsyncDisposable {
  /**
   * A Unix socket of this machine that leads to a session: its own, or one in our directory whose connections are carried to
   * another node. Errors: `session-not-ready`, `session-unreachable` with all that was tried.
   */
  readonly reach: (session: Pick<Session, 'id' | 'attempt'>) => Promise<Reach>;
}

interface Way extends Reach {
  /** Which run of the session it leads to. */
  readonly run: string;
  readonly transport: Transport;
  readonly close: () => Promise<void>;
  /** Takes no more connections; over when those that it carries are. */
  readonly retire: () => Promise<void>;
  /** Its last connection failed: it has to be tried again before it is used. */
  failed: boolean;
}

/** Milliseconds in which Jupyter must answer over a way that is to be taken. */
const answerTakes = 10_000;
/** Milliseconds in which nothing is tried again after nothing worked: every page in a browser asks. */
const pauseAfter = 3000;

const transports = {
  gate: () => import('./gate.ts'),
  srun: () => import('./srun.ts'),
} satisfies Partial<Record<WayName, () => Promise<{ openTransport: OpenTransport }>>>;

const toOtherNodes = ['gate', 'srun'] as const;

/** `directory`: ours alone, with a path that leaves room for the name of a socket. */
export function openWays(directory: string, program: readonly string[] = thisProgram()): Ways {
  const open = new Map<string, Way>();
  const retired = new Set<Way>();
  const opening = new Map<string, Promise<Way>>();
  const failures = new Map<string, { readonly run: string; readonly at: number; readonly error: unknown }>();

  async function find(id: string, attempt: number): Promise<Reach> {
    const records = await readAttempt(id, attempt);
    const { started, endpoint } = records;
    if (!started || endpoint?.endpoint.kind !== 'socket') throw notReady(id);
    // An agent that is dead on this machine is nowhere else.
    if (liveness(started.agent) !== 'unknown') {
      return { socket: await trustedSocket({ id }), way: 'socket', tried: [{ way: 'socket', reason: null }] };
    }
    const run = [attempt, started.restart ?? 0, endpoint.ready, started.agent.host, endpoint.gate?.port].join(' ');
    const known = open.get(id);
    if (known && known.run === run && !known.failed && known.transport.isOpen()) return known;
    const failure = failures.get(id);
    if (failure?.run === run && Date.now() - failure.at < pauseAfter) throw failure.error;
    return await openOnce(id, run, records);
  }

  async function openOnce(id: string, run: string, records: AttemptRecords): Promise<Way> {
    const started = opening.get(id);
    if (started) return await started;
    const made = replace(id, run, records).finally(() => opening.delete(id));
    opening.set(id, made);
    return await made;
  }

  async function replace(id: string, run: string, records: AttemptRecords): Promise<Way> {
    await leave(open.get(id), run);
    open.delete(id);
    failures.delete(id);
    try {
      const way = await choose(directory, run, await destination(id, records, program));
      open.set(id, way);
      return way;
    } catch (error) {
      failures.set(id, { run, at: Date.now(), error });
      throw error;
    }
  }

  /** One connection that could not be made, on a node that was busy, is no reason to cut kernels and downloads off. */
  async function leave(way: Way | undefined, run: string): Promise<void> {
    if (way?.run !== run || !way.transport.isOpen()) return await way?.close();
    retired.add(way);
    way.retire().finally(() => retired.delete(way));
  }

  return {
    reach: ({ id, attempt }) => find(id, attempt),
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(opening.values());
      await Promise.all([...open.values(), ...retired].map((way) => way.close()));
    },
  };
}

async function destination(id: string, records: AttemptRecords, program: readonly string[]): Promise<Destination> {
  const job = jobOf(records);
  const status = job && (await query(job));
  return { id, records, job, node: status?.state === 'running' ? status.host : null, program };
}

/** Tries one way after the other, the one that worked last for this site first, and takes the first that answers. */
async function choose(directory: string, run: string, to: Destination): Promise<Way> {
  const { site } = await readRequest(to.id);
  const first = await rememberedWay(site);
  const order = toOtherNodes.toSorted((one, other) => Number(other === first) - Number(one === first));
  const host = to.records.started?.agent.host;
  const tried: Tried[] = [{ way: 'socket', reason: `It runs on ${host}, not on this machine.` }];
  for (const way of order) {
    try {
      const { openTransport } = await transports[way]();
      const made = await listenFor(directory, run, to, way, await openTransport(to), tried);
      await rememberWay(site, way);
      return made;
    } catch (error) {
      tried.push({ way, reason: error instanceof PierError ? error.message : String(error) });
    }
  }
  const reasons = tried.slice(1).map(({ way, reason }) => `${way}: ${reason}`);
  throw new PierError('session-unreachable', `No way leads from here to ${host}. ${reasons.join(' ')}`, {
    hint: `pier session logs ${to.id}`,
  });
}

/** A private socket whose connections are carried over a transport; only once Jupyter has answered through it. */
async function listenFor(
  directory: string,
  run: string,
  to: Destination,
  way: WayName,
  transport: Transport,
  tried: readonly Tried[],
): Promise<Way> {
  const socket = path.join(directory, `${to.id}.sock`);
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    connections.add(near);
    near.once('close', () => connections.delete(near)).on('error', () => near.destroy());
    transport.connect().then(
      (far) => (near.destroyed ? far.destroy() : carry(near, far)),
      () => {
        made.failed = true;
        near.destroy();
      },
    );
  });
  const made: Way = {
    socket,
    way,
    run,
    transport,
    tried: [...tried, { way, reason: null }],
    failed: false,
    retire: async () => {
      await new Promise((resolve) => server.close(resolve));
      await transport[Symbol.asyncDispose]();
    },
    close: async () => {
      const closed = close(server, connections);
      await transport[Symbol.asyncDispose]();
      await closed;
      await rm(socket, { force: true });
    },
  };
  try {
    await rm(socket, { force: true });
    server.listen(socket);
    await once(server, 'listening');
    await chmod(socket, 0o600);
    const answer = await ask({ socketPath: socket, host: `${to.id}.localhost` }, `/s/${to.id}/api`, answerTakes);
    if (answer?.status === 200) return made;
    throw new PierError(
      'session-silent',
      `Jupyter ${answer ? `answered ${answer.status}` : 'did not answer'} through it.`,
    );
  } catch (error) {
    await made.close();
    throw error;
  }
}

async function close(server: Server, connections: Set<Socket>): Promise<void> {
  const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : undefined;
  for (const one of connections) one.destroy();
  await closed;
}

function notReady(id: string): PierError {
  return new PierError('session-not-ready', `Session ${id} does not answer yet.`, { hint: 'pier session list' });
}
