/** Whether an IPv4 address is in a block such as `10.50.0.0/16`; no to a block that nobody knows. */
export function inBlock(address: string, block: string | null): boolean {
  if (block === null) return false;
  // With all that it loads itself, node:net is 4 ms of a start, and few profiles have a block.
  const { BlockList, isIP } = process.getBuiltinModule('node:net');
  const [network = '', bits = ''] = block.split('/');
  if (isIP(address) !== 4 || isIP(network) !== 4 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), 'ipv4');
  return list.check(address, 'ipv4');
}
