import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Environment } from '../environments/index.ts';
import { PierError, tilde } from '../files/index.ts';
import { expandTemplate, type Site } from '../site/index.ts';
import { sessionsDirectory } from './store.ts';

/** What every machine has for itself, whatever else a site shares. */
const ownPlaces = ['/tmp', '/var/tmp', '/dev/shm', '/run'];

/**
 * Refuses what a compute node cannot see, since it lies on this node's own disk: pier itself, the environment, the
 * directory to work in, the records. Error: `node-local`.
 */
export async function refuseNodeLocal(
  site: Site,
  program: readonly string[],
  { prefix, name, python }: Environment,
  directory: string,
): Promise<void> {
  const places = [...ownPlaces, ...nodeLocalAreas(site)];
  const refuse = async (file: string, what: string, hint: string) => {
    const real = await realpath(file).catch(() => path.resolve(file));
    const place = places.find((one) => real === one || real.startsWith(`${one}/`));
    if (place === undefined) return;
    throw new PierError(
      'node-local',
      `${what} ${tilde(real)}, on this node’s own disk (${place}): a compute node does not see it.`,
      { hint },
    );
  };
  for (const file of program.filter((word) => word.startsWith('/'))) {
    await refuse(file, 'pier runs from', 'Put it where all nodes see it, such as your home, and start it from there.');
  }
  await refuse(prefix, `The environment ${name} is in`, 'Make it where all nodes see it: pier env create');
  if (python?.base) await refuse(python.base, `The Python of ${name} is in`, 'Make it anew: pier env create');
  await refuse(directory, 'The directory is', 'Name one that all nodes see: --dir DIRECTORY');
  await refuse(sessionsDirectory(), 'Your sessions are kept in', 'Set XDG_STATE_HOME to a directory all nodes see.');
}

function nodeLocalAreas({ profile }: Site): string[] {
  return Object.values(profile.storage).flatMap((area) => {
    if (!area.node_local) return [];
    try {
      return [expandTemplate(area.path)];
    } catch {
      // Such as $SLURM_TMPDIR outside a job: then nothing of ours is in it.
      return [];
    }
  });
}
