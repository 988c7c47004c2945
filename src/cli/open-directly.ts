import { PierError, userName } from '../files/index.ts';
import { openInBrowser } from '../portal/index.ts';
import { type DirectAddress, directAddresses, type Session } from '../sessions/index.ts';
import { commandLine } from '../shell/index.ts';
import { inBlock, type Site } from '../site/index.ts';

/** One way to a session that has an address and a token of its own. */
interface Way {
  /** `here`: this machine only. `external`: from anywhere. `campus`: on campus or with a VPN. `network`: nobody knows from where. */
  readonly from: 'here' | 'external' | 'campus' | 'network' | 'tunnel';
  readonly url: string;
}

export interface DirectOpening {
  readonly url: string;
  readonly opened: boolean;
  readonly tunnel: string | null;
  readonly ways: readonly Way[];
}

/**
 * How a browser gets to a session with an address of its own: by each address of its node, and through ssh.
 *
 * `node`: `USER@HOST` by which a laptop reaches this machine, or null when nobody came over ssh.
 */
export async function openDirectly(
  session: Session,
  site: Site,
  node: string | null,
  browser: boolean,
): Promise<DirectOpening> {
  const addresses = await directAddresses(session);
  const [main] = addresses;
  if (!main) throw new PierError('endpoint-untrusted', `Session ${session.id} has no address that can be one.`);
  const tunnel = tunnelTo(main, site, node);
  const ways: Way[] = addresses.map(({ address, url }) => ({ from: whence(address, site), url }));
  if (tunnel !== null) ways.push({ from: 'tunnel', url: main.url.replace(`//${main.address}:`, '//127.0.0.1:') });
  return { url: main.url, opened: browser && (await openInBrowser(main.url)) === 'opened', tunnel, ways };
}

function whence(address: string, { profile: { network } }: Site): Way['from'] {
  if (address === '127.0.0.1') return 'here';
  if (inBlock(address, network.external)) return 'external';
  return inBlock(address, network.campus) ? 'campus' : 'network';
}

/** `ssh -N -f -L PORT:ADDRESS:PORT USER@LOGIN`: any login node leads to an address of the network, only this one to its own. */
function tunnelTo({ address, port }: DirectAddress, { profile: { login } }: Site, node: string | null): string | null {
  const named = login.host === null ? null : `${userName()}@${login.host}`;
  const to = address === '127.0.0.1' ? node : (named ?? node);
  return to && commandLine(['ssh', '-N', '-f', '-L', `${port}:${address}:${port}`, to]);
}

const labels: Record<Way['from'], string> = {
  here: 'On this machine',
  external: 'From anywhere',
  campus: 'On campus or with a VPN',
  network: 'On its network',
  tunnel: 'Through a tunnel',
};

export function describeDirectly(what: string, { opened, tunnel, ways = [] }: Partial<DirectOpening>): string {
  const lines = ways.flatMap(({ from, url }) => {
    if (from !== 'tunnel') return [`${labels[from]}:`, `  ${url}`];
    return [`${labels[from]}, which this line opens in a terminal on your own computer:`, `  ${tunnel}`, `  ${url}`];
  });
  const where = opened ? `${what} is open in your browser.` : `${what} is ready.`;
  const listens = ways.some(({ from }) => from !== 'here' && from !== 'tunnel');
  const plain = listens ? ' What goes to these addresses is not encrypted; in the tunnel it is.' : '';
  return [where, lines.join('\n'), `Who has this address can use it: keep it to yourself.${plain}`].join('\n\n');
}
