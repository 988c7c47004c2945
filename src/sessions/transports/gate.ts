import { isIP } from 'node:net';
import { errnoOf, PierError } from '../../files/index.ts';
import { slurmEnvironment } from '../../jobs/index.ts';
import { run } from '../../process/index.ts';
import { enterGate } from '../enter-gate.ts';
import { gateIdentity, readGateKey } from '../gate-key.ts';
import { attemptFiles } from '../store.ts';
import { type Destination, plainHost, sameHost, type Transport } from './transport.ts';

/** Milliseconds for one connection, handshake included. */
const connectTakes = 5000;
/** Milliseconds after which a peer that is silent is asked whether it is there. */
const keepAlive = 15_000;

/**
 * The way through the gate that the agent opened on its node.
 *
 * The record is not believed: the gate must be on the agent's own host, and that the node of the job, where Slurm says which
 * it is. What listens there then proves that it knows the key of this run.
 * Errors: `gate-missing`, `gate-key-missing`, `gate-key-untrusted`, `gate-unreachable`, `gate-foreign`, `endpoint-untrusted`.
 */
export async function openTransport(to: Destination): Promise<Transport> {
  const { endpoint, started, attempt } = to.records;
  const { gate } = endpoint ?? {};
  if (!gate || !started) throw new PierError('gate-missing', 'It has no gate.');
  const host = plainHost(gate.host);
  if (!sameHost(host, started.agent.host)) throw elsewhere(host, started.agent.host, 'its agent runs on');
  if (to.node !== null && !sameHost(host, to.node)) throw elsewhere(host, to.node, 'its job has');
  const key = await readGateKey(attemptFiles(to.id, attempt).gateKey);
  const identity = gateIdentity(to.id, attempt, started.restart ?? 0);
  const door = (name: string) => ({ host: name, port: gate.port, key, identity });
  const address = await reachable(host, (name) => enterGate(door(name), connectTakes));
  return {
    connect: async () => (await enterGate(door(address), connectTakes)).setKeepAlive(true, keepAlive),
    isOpen: () => true,
    [Symbol.asyncDispose]: async () => {},
  };
}

function elsewhere(host: string, other: string, what: string): PierError {
  const message = `Its gate is said to be on ${JSON.stringify(host)}, but ${what} ${JSON.stringify(other)}.`;
  return new PierError('endpoint-untrusted', message);
}

/** The node's name, or where this machine does not know it the address that Slurm itself uses. */
async function reachable(host: string, enter: (host: string) => Promise<{ destroy: () => void }>): Promise<string> {
  try {
    (await enter(host)).destroy();
    return host;
  } catch (error) {
    const unknown = ['ENOTFOUND', 'EAI_AGAIN'].includes(errnoOf((error as PierError).cause) ?? '');
    const address = unknown ? await slurmAddress(host) : undefined;
    if (address === undefined) throw error;
    (await enter(address)).destroy();
    return address;
  }
}

/** The address of a node: `scontrol -o show node NAME` (NodeAddr). */
async function slurmAddress(host: string): Promise<string | undefined> {
  const args = ['-o', 'show', 'node', host];
  const shown = await run('scontrol', args, { timeoutMs: 10_000, env: slurmEnvironment() }).catch(() => undefined);
  const address = shown?.stdout.match(/\bNodeAddr=(\S+)/)?.[1] ?? '';
  return isIP(address) === 0 ? undefined : address;
}
