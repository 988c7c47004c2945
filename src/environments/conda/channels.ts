import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where conda takes a channel from that has only a name. */
const alias = 'https://conda.anaconda.org';

/** `conda-forge` is `https://conda.anaconda.org/conda-forge`; addresses and directories stay what they are. */
export function channelAddress(channel: string): string {
  const plain = channel.replace(/\/+$/, '');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(plain)) return plain;
  return path.isAbsolute(plain) ? pathToFileURL(plain).href : `${alias}/${plain}`;
}

/** The short name of an address: what comes before `::` in a match spec. */
export function channelName(address: string): string {
  const plain = channelAddress(address);
  return plain.startsWith(`${alias}/`) ? plain.slice(alias.length + 1) : plain;
}

/** Channels whose packages have Anaconda's licence (docs.conda.io, "defaults"). */
const restricted = /^(defaults|anaconda|main|r|msys2|pkgs\/.*)$|^https?:\/\/repo\.(anaconda\.com|continuum\.io)\//;

export function isDefaults(channel: string): boolean {
  return restricted.test(channelName(channel)) || restricted.test(channel);
}
