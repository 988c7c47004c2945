import { command } from './command.ts';
import { type Host, hostsOf, loginName } from './layout.ts';
import { pidOf } from './processes.ts';

/** Runs ip(8) on lines of its own in a host's network namespace; `switch` is where the bridges are. */
async function ip(directory: string, host: string, lines: readonly string[]): Promise<void> {
  const space = `--net=/proc/${pidOf(directory, host)}/ns/net`;
  await command('nsenter', [space, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/** Plugs a host that has just started into the networks it is on. */
export async function plugIn(directory: string, host: Host): Promise<void> {
  const far = `/proc/${pidOf(directory, host.name)}/ns/net`;
  const lines = links(host).flatMap(({ name, bridge }) => [
    `link add ${host.name}-${bridge} type veth peer name ${name} netns ${far}`,
    `link set ${host.name}-${bridge} master ${bridge} up`,
  ]);
  await ip(directory, 'switch', lines);
  await ip(directory, host.name, [
    'link set lo up',
    ...links(host).flatMap(({ name, address }) => [`addr add ${address}/24 dev ${name}`, `link set ${name} up`]),
  ]);
  if (host.role === 'laptop') await balance(directory, host);
}

function links({ cluster, campus }: Host) {
  return [
    ...(cluster ? [{ name: 'eth0', bridge: 'cluster', address: cluster }] : []),
    ...(campus ? [{ name: 'campus0', bridge: 'campus', address: campus }] : []),
  ];
}

/** The common name's address leads to one login node after the other, as a name with several addresses does. */
async function balance(directory: string, laptop: Host): Promise<void> {
  const nodes = hostsOf('login').map(({ campus }, index) => `${index} : ${campus}`);
  const rules = `table ip login {
  chain output {
    type nat hook output priority -100
    ip daddr ${loginName.address} dnat to numgen inc mod ${nodes.length} map { ${nodes.join(', ')} }
  }
}
`;
  await nft(directory, laptop, rules);
}

async function nft(directory: string, { name }: Host, rules: string): Promise<void> {
  const space = `--net=/proc/${pidOf(directory, name)}/ns/net`;
  await command('nsenter', [space, 'nft', '-f', '-'], { input: rules });
}

/** Loses so many of a hundred packets that come to a host or leave it; its own loopback loses none. */
export async function drop(directory: string, host: Host, percent: number): Promise<void> {
  if (!(percent > 0 && percent <= 100)) throw new Error(`${percent} is no share of a hundred packets.`);
  await pass(directory, host);
  const chain = (hook: 'input' | 'output', device: 'iif' | 'oif') => `
  chain ${hook} {
    type filter hook ${hook} priority 0
    ${device} != "lo" numgen random mod 100 >= ${100 - percent} drop
  }`;
  await nft(directory, host, `table inet fault {${chain('input', 'iif')}${chain('output', 'oif')}\n}\n`);
}

/** Loses no packet any more. */
export async function pass(directory: string, host: Host): Promise<void> {
  // Declared first, so that deleting it never fails.
  await nft(directory, host, 'table inet fault\ndelete table inet fault\n');
}
