import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { run } from '../../process/index.ts';
import { inBlock, type Site } from '../../site/index.ts';

type Network = Site['profile']['network'];

/**
 * The addresses of this node that a browser elsewhere gets to, by the profile's rule (`network.probe`): the one that
 * traffic to the world leaves from, or the first of an interface; and those in the site's own blocks.
 *
 * With `ip-route` it asks as the guides do: `ip route get 8.8.8.8`. Nothing is sent there.
 */
export async function nodeAddresses(network: Network): Promise<string[]> {
  const own = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  );
  const first = (network.probe === 'ip-route' ? await routeAddress() : undefined) ?? own[0];
  const listed = own.filter((address) => inBlock(address, network.external) || inBlock(address, network.campus));
  return [...new Set([...(first === undefined ? [] : [first]), ...listed])];
}

async function routeAddress(): Promise<string | undefined> {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const asked = await run('ip', ['route', 'get', '8.8.8.8'], { timeoutMs: 5000, env }).catch(() => undefined);
  const address = asked?.stdout.match(/\bsrc (\S+)/)?.[1];
  return address !== undefined && isIP(address) === 4 ? address : undefined;
}
