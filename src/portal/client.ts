import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { cannotWrite, liveness, PierError, thisProgram } from '../files/index.ts';
import { lastLines, signalRecorded, start } from '../process/index.ts';
import type { Reach } from '../sessions/index.ts';
import { readClaimHolder } from './claim.ts';
import type { Health } from './control.ts';
import { addressOf } from './label.ts';
import { isOwnSocket, makeHostDirectory, type PortalRecord, portalFiles, readPortalRecord } from './record.ts';
import { readOrMakeSecret, sign } from './secret.ts';

/** The running portal of this host. */
export interface PortalClient extends PortalRecord {
  /** The portal's own page, for a browser that is signed in. */
  readonly address: () => string;
  /** An address that signs a browser in once: to the portal, or to a session. Error: `session-unknown`. */
  readonly signInUrl: (options?: SignIn) => Promise<string>;
  /** The way to a session, once Jupyter has answered over it. Errors: `session-unreachable` and those of its records. */
  readonly reach: (id: string) => Promise<Pick<Reach, 'way' | 'tried'>>;
}

export interface SignIn {
  /** The session's id; default: the portal itself. */
  readonly session?: string;
  /** The port that the browser sees, where ssh forwards another one; default: the front's. */
  readonly port?: number;
  /** Good for ten minutes instead of two: a person carries it to the browser. */
  readonly lasting?: boolean;
}

/** Milliseconds. */
const startTakes = 10_000;
const answerTakes = 3000;
const stopTakes = 5000;
/** A way through Slurm may take half a minute, after another that did not answer. */
const reachTakes = 90_000;
/** Bytes; the next portal begins its log anew. */
const longestLog = 1024 * 1024;

/**
 * The portal of this host, when one runs and answers; undefined otherwise.
 *
 * Errors: `record-untrusted`, `record-damaged`.
 */
export async function findPortal(): Promise<PortalClient | undefined> {
  const record = await readPortalRecord();
  if (!record || liveness(record.identity) === 'dead' || !(await isOwnSocket(record.socket))) return undefined;
  const health = (await ask(record, '/health').catch(() => undefined)) as Health | undefined;
  if (health?.pid !== record.identity.pid || health.label !== record.label) return undefined;
  return {
    ...record,
    address: () => addressOf(record.label, record.port),
    signInUrl: (options = {}) => signInUrl(record, options),
    reach: async (id) =>
      (await ask(record, `/reach/${encodeURIComponent(id)}`, reachTakes)) as Awaited<ReturnType<PortalClient['reach']>>,
  };
}

/**
 * The portal of this host; starts one when there is none:
 *
 *     node pier.cjs portal --serve
 *
 * `program` is what starts pier; default: as this very process was started. Error: `portal-silent`, with its log.
 */
export async function ensurePortal(program: readonly string[] = thisProgram()): Promise<PortalClient> {
  const found = await findPortal();
  if (found) return found;
  await makeHostDirectory();
  const [file, ...args] = program as [string, ...string[]];
  await using log = await openLog();
  const { size } = await log.stat();
  const child = await start(file, [...args, 'portal', '--serve'], {
    cwd: '/',
    env: process.env,
    output: log.fd,
    ownSession: true,
  });
  let exitCode: number | null | undefined;
  child.ended.then((ended) => {
    exitCode = ended.exitCode;
  });
  const deadline = Date.now() + startTakes;
  // 0 means that another one was faster: then that one will answer.
  while ((exitCode === undefined || exitCode === 0) && Date.now() < deadline) {
    const started = await findPortal();
    if (started) return started;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw exitCode === 0 ? await hung() : await silent(log, size, exitCode !== undefined);
}

/** Ends the portal of this host; false when none was running. Sessions go on. Error: `portal-stays`. */
export async function stopPortal(): Promise<boolean> {
  const identity = (await readPortalRecord())?.identity ?? (await readClaimHolder());
  if (!identity || !signalRecorded(identity, 'SIGTERM', 'process')) return false;
  const deadline = Date.now() + stopTakes;
  while (liveness(identity) === 'alive') {
    if (Date.now() > deadline) {
      const { pid } = identity;
      throw new PierError('portal-stays', `The portal (process ${pid}) does not end.`, { hint: `kill -KILL ${pid}` });
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return true;
}

async function signInUrl(record: PortalRecord, { session, port, lasting }: SignIn): Promise<string> {
  const query = lasting ? '?life=lasting' : '';
  const answer = await ask(record, `/keys/${encodeURIComponent(session ?? 'portal')}${query}`);
  const { label, key } = answer as { label: string; key: string };
  return `${addressOf(label, port ?? record.port, '/pier/sign-in')}#${key}`;
}

/** Asks the portal over its socket, in the one way it lets no browser ask (see `admit`). */
async function ask({ socket }: PortalRecord, path: string, timeout = answerTakes): Promise<unknown> {
  const authorization = `Pier ${sign(await readOrMakeSecret(), 'control', 'client')}`;
  const { status, body } = await post(socket, path, timeout, { Host: 'pier', Authorization: authorization });
  const value = JSON.parse(body);
  if (status === 200) return value;
  const { code, message, hint } = value.error;
  throw new PierError(code, message, hint ? { hint } : {});
}

function post(socketPath: string, path: string, timeout: number, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const options = { socketPath, path, method: 'POST', headers, timeout, agent: false };
    const asked = request(options, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    asked.on('timeout', () => asked.destroy(new PierError('portal-silent', 'The portal does not answer.')));
    asked.on('error', reject);
    asked.end();
  });
}

async function openLog() {
  const file = portalFiles().log;
  try {
    const { O_RDWR, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;
    const log = await open(file, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if ((await log.stat()).size > longestLog) await log.truncate();
    return log;
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

async function hung(): Promise<PierError> {
  const holder = await readClaimHolder();
  return new PierError('portal-silent', `The portal of this machine (process ${holder?.pid ?? '?'}) does not answer.`, {
    hint: 'pier portal --stop',
  });
}

async function silent(log: Awaited<ReturnType<typeof openLog>>, from: number, ended: boolean): Promise<PierError> {
  const { buffer, bytesRead } = await log.read(Buffer.alloc(16 * 1024), 0, 16 * 1024, from);
  const said = lastLines(buffer.subarray(0, bytesRead).toString('utf8'));
  const what = ended ? 'ended at once' : `did not answer within ${startTakes / 1000} s`;
  return new PierError('portal-silent', `The portal was started and ${what}.${said ? `\n${said}` : ''}`, {
    hint: `less '${portalFiles().log}'`,
  });
}
