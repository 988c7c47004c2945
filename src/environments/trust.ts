import { stat } from 'node:fs/promises';
import path from 'node:path';
import { PierError, tilde, uid } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';
import { typedName } from './names.ts';
import { dropTrust, isAsTrusted, readTrust, writeTrust } from './trusted.ts';

/** Why a place of an environment is not trusted by itself. */
export interface Doubt {
  readonly place: string;
  /** `belongs to user 1234`, `can be written by everyone`. */
  readonly why: string;
}

/**
 * Throws `environment-untrusted` when somebody else can change what the environment runs, and the person did not trust
 * it by name; `environment-swapped` when it is no longer what they trusted.
 *
 * That is when its directory, its bin, its Python or the directory above belongs to a user who is neither we nor root,
 * or can be written by everyone (a sticky directory such as /tmp excepted).
 */
export async function refuseUntrusted(environment: Environment): Promise<void> {
  const { prefix, name } = environment;
  const doubts = await doubtsAbout(environment);
  if (doubts.length === 0) return;
  const trusted = await readTrust(prefix);
  for (const { place, why } of doubts) {
    if (await isAsTrusted(trusted, place)) continue;
    if (trusted) throw swapped(environment, place);
    throw new PierError('environment-untrusted', `The environment ${name} is not used: ${tilde(place)} ${why}.`, {
      hint: `Look at it: ls -ld '${place}'   If you trust whoever that is: pier env trust ${typedName(environment)}`,
    });
  }
}

/** What speaks against using an environment; nothing, when only we and root can change it. */
export async function doubtsAbout({ prefix }: Pick<Environment, 'prefix'>): Promise<Doubt[]> {
  const found = await Promise.all(
    placesOf(prefix).map(async (place) => {
      const why = await whyUntrusted(place, place === path.dirname(prefix));
      return why ? [{ place, why }] : [];
    }),
  );
  return found.flat();
}

/**
 * Trusts an environment as it is now: this very directory, of this owner. Gives what spoke against it.
 *
 * Errors: those of `findEnvironment`, `environment-ghost`.
 */
export async function trustEnvironment(
  site: Site,
  name: string,
): Promise<{ readonly environment: Environment; readonly doubts: readonly Doubt[] }> {
  const environment = await findEnvironment(site, name);
  if (environment.state === 'ghost') {
    throw new PierError('environment-ghost', `There is nothing at ${tilde(environment.prefix)} to trust.`, {
      hint: 'pier env list',
    });
  }
  const doubts = await doubtsAbout(environment);
  if (doubts.length > 0) await writeTrust(environment.prefix, placesOf(environment.prefix));
  return { environment, doubts };
}

/** Trusts an environment no longer; false when it was not trusted by name. Errors: those of `findEnvironment`. */
export async function distrustEnvironment(
  site: Site,
  name: string,
): Promise<{ readonly environment: Environment; readonly was: boolean }> {
  const environment = await findEnvironment(site, name);
  return { environment, was: await dropTrust(environment.prefix) };
}

function placesOf(prefix: string): string[] {
  const python = path.join(prefix, 'bin', 'python');
  return [path.dirname(prefix), prefix, path.dirname(python), python];
}

async function whyUntrusted(place: string, isParent: boolean): Promise<string | undefined> {
  const stats = await stat(place).catch(() => undefined);
  if (!stats) return undefined;
  const sticky = isParent && (stats.mode & 0o1000) !== 0;
  if (stats.uid !== 0 && stats.uid !== uid() && !sticky) return `belongs to user ${stats.uid}`;
  return (stats.mode & 0o002) !== 0 && !sticky ? 'can be written by everyone' : undefined;
}

function swapped(environment: Environment, place: string): PierError {
  return new PierError(
    'environment-swapped',
    `The environment ${environment.name} is not used: ${tilde(place)} is not what it was when you trusted it.`,
    { hint: `Look at it: ls -ld '${place}'   If that is in order: pier env trust ${typedName(environment)}` },
  );
}
