import { hostname } from 'node:os';
import { PierError } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { ask } from '../ask.ts';
import type { JupyterPlan } from '../jupyter.ts';
import type { EndpointRecord, RequestRecord } from '../record-schemas.ts';
import { attemptFiles } from '../store.ts';
import { logLine } from './log-line.ts';
import type { Serving } from './serve.ts';

/** How others get to a Jupyter that answers: what its record says. */
export interface Doors extends AsyncDisposable {
  readonly endpoint: EndpointRecord['endpoint'];
  readonly gate?: NonNullable<EndpointRecord['gate']>;
}

/** One run of one attempt. */
export interface Run {
  readonly request: RequestRecord;
  readonly attempt: number;
  readonly restart: number;
}

/**
 * Opens what a browser is led through: on a compute node the gate, with `--direct` a port on the network.
 *
 * Errors: `token-missing`, `token-foreign`, `address-unknown`, `no-port`.
 */
export async function openDoors(run: Run, site: Site, plan: JupyterPlan, serving: Serving): Promise<Doors> {
  const { socketPath } = serving.address;
  if (plan.way === 'direct') return await openDirectly(run.request, site, serving);
  if (socketPath === undefined) throw new Error('a Jupyter without token and without socket');
  const endpoint = { kind: 'socket' as const, path: socketPath };
  if (run.request.on !== 'compute') return { endpoint, [Symbol.asyncDispose]: async () => {} };
  try {
    return await openForOthers(run, socketPath, endpoint);
  } catch (error) {
    // A full home, no address: the scheduler's own way (srun) is left.
    logLine(`this session has no gate: ${error instanceof Error ? error.message : error}`);
    return { endpoint, [Symbol.asyncDispose]: async () => {} };
  }
}

/** Loads what `openDoors` takes; to be called while Jupyter starts, since what is loaded before it is waited for. */
export async function prepareDoors({ request }: Run, plan: JupyterPlan): Promise<void> {
  if (plan.way === 'socket' && request.on === 'compute') await loadGate();
}

const loadGate = () => Promise.all([import('../gate-key.ts'), import('./gate.ts'), import('./gate-address.ts')]);

async function openForOthers(
  { request, attempt, restart }: Run,
  socketPath: string,
  endpoint: Doors['endpoint'],
): Promise<Doors> {
  const [{ gateIdentity, makeGateKey, removeGateKey }, { openGate }, { gateAddress }] = await loadGate();
  const { gateKey } = attemptFiles(request.id, attempt);
  const key = await makeGateKey(gateKey);
  const identity = gateIdentity(request.id, attempt, restart);
  const gate = await openGate({ socketPath, key, identity, address: await gateAddress() });
  return {
    endpoint,
    gate: { host: hostname(), port: gate.port },
    [Symbol.asyncDispose]: async () => {
      await gate[Symbol.asyncDispose]();
      await removeGateKey(gateKey, key);
    },
  };
}

async function openDirectly(request: RequestRecord, site: Site, serving: Serving): Promise<Doors> {
  const { socketPath, port: own, token } = serving.address;
  if (token === undefined) throw tokenMissing();
  await refuseOpenServer(serving);
  const addresses = await whereToListen(request, site);
  if (own !== undefined && addresses.every((address) => address === '127.0.0.1')) {
    return { endpoint: { kind: 'direct', port: own, token }, [Symbol.asyncDispose]: async () => {} };
  }
  const { openFront } = await import('./front.ts');
  const to = socketPath === undefined ? { host: '127.0.0.1', port: own as number } : { path: socketPath };
  const front = await openFront(addresses, site.profile.jupyter.ports, to);
  return {
    endpoint: { kind: 'direct', port: front.port, token, addresses },
    [Symbol.asyncDispose]: () => front[Symbol.asyncDispose](),
  };
}

/** An old Jupyter that nobody asked to have on the network stays on loopback, but on a node that nobody reaches so. */
async function whereToListen({ direct, on }: RequestRecord, site: Site): Promise<string[]> {
  const { jupyter, network } = site.profile;
  if (jupyter.address === 'loopback' || (!direct && on !== 'compute')) return ['127.0.0.1'];
  const { nodeAddresses } = await import('./node-addresses.ts');
  const addresses = await nodeAddresses(network);
  if (addresses.length > 0) return addresses;
  throw new PierError('address-unknown', 'This node has no address that another computer could reach.', {
    hint: 'without --direct none is needed',
  });
}

/**
 * Nobody may get in without the token, and we must with ours: what is served is not what we asked for otherwise, since the
 * user's own configuration wins over the environment variable that the token travels in.
 */
async function refuseOpenServer({ address, base }: Serving): Promise<void> {
  const { token, ...anybody } = address;
  const url = `${base}api/status`;
  const [without, withIt] = [
    await ask(anybody, url, 10_000),
    await ask({ ...anybody, token: token ?? '' }, url, 10_000),
  ];
  if (without?.status !== 401 && without?.status !== 403) throw tokenMissing();
  if (withIt?.status === 200) return;
  throw new PierError(
    'token-foreign',
    'Your Jupyter configuration sets a token of its own, so the one that pier made does not open this Jupyter.',
    { hint: 'grep -rn token ~/.jupyter' },
  );
}

function tokenMissing(): PierError {
  return new PierError(
    'token-missing',
    'Your Jupyter configuration takes the token away, so everybody on the network could use this Jupyter; it was ended.',
    { hint: 'grep -rn token ~/.jupyter' },
  );
}
