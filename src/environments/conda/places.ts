import path from 'node:path';
import { expandTemplate, type Site } from '../../site/index.ts';

/** Where packages are unpacked, and where lists of what channels have are kept. */
export interface CondaPlaces {
  readonly packages: string;
  readonly repodata: string;
}

/**
 * conda's package cache: `$CONDA_PKGS_DIRS`, else the profile's, else beside the environments, where links can be made.
 *
 * Never conda's own default, which is in the home.
 */
export function condaPlaces(site: Site, root: string): CondaPlaces {
  const own = process.env.CONDA_PKGS_DIRS?.split(/[,:]/).find((entry) => path.isAbsolute(entry));
  const profile = site.profile.caches.conda;
  const packages = own ?? (profile ? expandTemplate(profile) : path.join(root, '.pier-packages'));
  return { packages, repodata: path.join(packages, 'repodata') };
}
