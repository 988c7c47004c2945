import path from 'node:path';
import { expandTemplate, type Profile, type Site } from '../site/index.ts';
import { isBelow } from './mounts.ts';

type StorageArea = Profile['storage'][string];

/** What the profile says of the place of a directory that a person is to know before something is kept there. */
export function areaRemarks({ id, profile }: Site, directory: string): string[] {
  const found = Object.entries(profile.storage).flatMap(([name, area]) => {
    const place = placeOf(area.path);
    return place && isBelow(directory, place) ? [{ name, place, area }] : [];
  });
  const [deepest] = found.sort((a, b) => b.place.length - a.place.length);
  if (!deepest) return [];
  const { name, place, area } = deepest;
  const purge = purgeRule(place, area);
  const unwanted = `The profile ${id} does not want environments in ${place} (${name}).`;
  return [...(purge === null ? [] : [purge]), ...(area.environments === false ? [unwanted] : [])];
}

/** null where nothing is deleted, or the profile does not speak of it. */
function purgeRule(place: string, { purge, purge_days }: StorageArea): string | null {
  if (purge === 'job-end') return `What is in ${place} is deleted when the job ends.`;
  if (purge === 'by-age') {
    const age = purge_days ? `older than ${purge_days} days` : 'that have become old';
    return `Files in ${place} ${age} are deleted by the site, those of an environment too: pier env verify tells what is gone, and pier env export keeps what it takes to make it again.`;
  }
  return purge === null
    ? `Whether and when the site deletes files in ${place} is not known: keep a pier env export.`
    : null;
}

/** The directory as the variables are now; undefined where one is not set. */
function placeOf(template: string): string | undefined {
  try {
    return path.resolve(expandTemplate(template));
  } catch {
    return undefined;
  }
}
