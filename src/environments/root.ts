import { statSync } from 'node:fs';
import path from 'node:path';
import { PierError, uid } from '../files/index.ts';
import { expandTemplate, type Site } from '../site/index.ts';

/** The directory that a site's environments are made in. Throws `site-variable-unknown`. */
export function environmentsRoot(site: Site): string {
  return path.resolve(expandTemplate(site.profile.environments.root));
}

/** `environmentsRoot`, or undefined where a variable in it has no value: other environments are there all the same. */
export function environmentsRootIfKnown(site: Site): string | undefined {
  try {
    return environmentsRoot(site);
  } catch (error) {
    if (error instanceof PierError && error.code === 'site-variable-unknown') return undefined;
    throw error;
  }
}

/** The directories of the environments that a site has for everybody. Throws `site-variable-unknown`. */
export function publicRoots(site: Site): string[] {
  return site.profile.environments.public.map((place) => path.resolve(expandTemplate(place)));
}

/**
 * Where pier works and throws away below a root: `.pier-stage`, `.pier-trash`.
 *
 * In a root that belongs to another user, such as a group's, each member has their own: `.pier-stage-1234`.
 */
export function privateDirectoryIn(root: string, purpose: 'stage' | 'trash'): string {
  const isOurs = (statSync(root, { throwIfNoEntry: false })?.uid ?? uid()) === uid();
  return path.join(root, isOurs ? `.pier-${purpose}` : `.pier-${purpose}-${uid()}`);
}
