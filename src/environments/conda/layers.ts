import path from 'node:path';
import { installedIn } from '../distributions.ts';
import { filesOf, installedPackages } from './installed.ts';

type Distribution = ReturnType<typeof installedIn>[number];

/** Python's distributions in a conda environment, by who installed them. */
export interface Layers {
  readonly conda: readonly Distribution[];
  readonly pip: readonly Distribution[];
}

/** A distribution whose `.dist-info` is among the files of a conda package is conda's; every other one is pip's. */
export function layersOf(prefix: string): Layers {
  const files = installedPackages(prefix).flatMap(filesOf);
  const owned = new Set(files.flatMap((file) => /(?:^|\/)([^/]+\.dist-info)\//.exec(file)?.[1] ?? []));
  const all = installedIn(prefix);
  const isCondas = ({ directory }: Distribution) => owned.has(path.basename(directory));
  return { conda: all.filter(isCondas), pip: all.filter((one) => !isCondas(one)) };
}
