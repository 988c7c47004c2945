import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';

/**
 * The address of this node to open a gate at: the one that the other nodes find by its name.
 *
 * Undefined, for all addresses, where the names lead to none of this node's own or to several: `127.0.1.1` in
 * /etc/hosts, or two networks. `names`: what this node is called, by itself and by Slurm.
 */
export async function gateAddress(
  names: readonly string[] = [hostname(), process.env.SLURMD_NODENAME ?? ''],
): Promise<string | undefined> {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
    ),
  );
  const found = new Set<string>();
  for (const name of names.filter((one) => one !== '')) {
    for (const { address } of await lookup(name, { all: true }).catch(() => [])) found.add(address);
  }
  const [only, ...others] = [...found].filter((address) => own.has(address));
  return others.length === 0 ? only : undefined;
}
