import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde, uid } from '../files/index.ts';
import type { Environment } from './environment.ts';

/**
 * Throws `environment-untrusted` when somebody else can change what the environment runs.
 *
 * That is when its directory, its bin, its Python or the directory above belongs to a user who is neither we nor root,
 * or can be written by everyone (a sticky directory such as /tmp excepted).
 */
export async function refuseUntrusted(environment: Environment): Promise<void> {
  const { prefix, name } = environment;
  const python = path.join(prefix, 'bin', 'python');
  for (const place of [path.dirname(prefix), prefix, path.dirname(python), python]) {
    const why = await whyUntrusted(place, place === path.dirname(prefix));
    if (!why) continue;
    throw new PierError('environment-untrusted', `The environment ${name} is not used: ${tilde(place)} ${why}.`, {
      hint: `Look at it: ls -ld '${place}'   Or make one of your own: pier env create ${name}`,
    });
  }
}

async function whyUntrusted(place: string, isParent: boolean): Promise<string | undefined> {
  const stats = await stat(place).catch(() => undefined);
  if (!stats) return undefined;
  const sticky = isParent && (stats.mode & 0o1000) !== 0;
  if (stats.uid !== 0 && stats.uid !== uid() && !sticky) return `belongs to user ${stats.uid}`;
  return (stats.mode & 0o002) !== 0 && !sticky ? 'can be written by everyone' : undefined;
}
