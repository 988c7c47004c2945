import path from 'node:path';
import { expandTemplate, type Site } from '../site/index.ts';

/** The directory that a site's environments are made in. Throws `site-variable-unknown`. */
export function environmentsRoot(site: Site): string {
  return path.resolve(expandTemplate(site.profile.environments.root));
}
