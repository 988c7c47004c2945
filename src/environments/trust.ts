import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PierError, tilde, uid } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';
import { typedName } from './names.ts';
import { within } from './time-limit.ts';
import { addedPlaces, corePlaces, innerPlaces, placesAbove } from './trust-places.ts';
import { dropTrust, isAsTrusted, readTrust, writeTrust } from './trusted.ts';

/** Why a place of an environment is not trusted by itself. */
export interface Doubt {
  readonly place: string;
  /** `belongs to user 1234`, `can be written by everyone`. */
  readonly why: string;
  /** The user it belongs to; null: everyone can write it. */
  readonly owner: number | null;
  /** It is in the environment, where updates put other files and directories in place of these. */
  readonly inner: boolean;
}

/** What speaks against an environment, and at how many places that was looked for. */
export interface Doubts {
  readonly doubts: readonly Doubt[];
  readonly looked: number;
}

/**
 * Throws `environment-untrusted` when somebody else can change what the environment runs, and the person did not trust
 * it by name; `environment-swapped` when it is no longer what they trusted.
 *
 * That is when something out of which it runs or imports, or the directory above, belongs to a user who is neither we nor
 * root, or can be written by everyone (a sticky directory such as /tmp above it excepted).
 */
export async function refuseUntrusted(environment: Environment): Promise<void> {
  const { prefix, name } = environment;
  const { doubts } = await doubtsAbout(environment);
  if (doubts.length === 0) return;
  const trusted = await readTrust(prefix);
  for (const { place, why, owner, inner } of doubts) {
    // Whose it is was told when they trusted it, and updates are the owner's.
    if (inner && trusted?.owners.includes(owner ?? everyone)) continue;
    if (!inner && (await isAsTrusted(trusted, place))) continue;
    if (trusted && !inner) throw swapped(environment, place);
    const first = owner === null ? `Close it: chmod o-w '${place}'` : `Look at it: ls -ld '${place}'`;
    throw new PierError('environment-untrusted', `The environment ${name} is not used: ${tilde(place)} ${why}.`, {
      hint: `${first}   If you trust whoever that is: pier env trust ${typedName(environment)}`,
    });
  }
}

/** What speaks against using an environment; nothing, when only we and root can change it. */
export async function doubtsAbout({ prefix }: Pick<Environment, 'prefix'>): Promise<Doubts> {
  const [parent = prefix, ...core] = corePlaces(prefix);
  const above = placesAbove(prefix);
  const inner = [...new Set(innerPlaces(prefix))];
  const added = [...new Set(addedPlaces(prefix))];
  const far = await Promise.all(added.map(async (place) => doubtAt(place, await patiently(place), inside)));
  const near = (place: string, kind: Kind) => doubtAt(place, statNow(place), kind);
  const found = [
    // Directories far above belong to whoever has the project; only one that is open to everyone is a danger.
    ...above.map((place) => near(place, { above: true, owners: false, inner: false })),
    near(parent, { above: true, owners: true, inner: false }),
    ...core.map((place) => near(place, { above: false, owners: true, inner: false })),
    ...inner.map((place) => near(place, inside)),
    ...far,
  ];
  return { doubts: found.filter((one) => one !== undefined), looked: found.length };
}

/**
 * Trusts an environment as it is now: this very directory, of this owner. Gives what spoke against it.
 *
 * Errors: those of `findEnvironment`, `environment-ghost`.
 */
export async function trustEnvironment(
  site: Site,
  name: string,
): Promise<{ readonly environment: Environment } & Doubts> {
  const environment = await findEnvironment(site, name);
  if (environment.state === 'ghost') {
    throw new PierError('environment-ghost', `There is nothing at ${tilde(environment.prefix)} to trust.`, {
      hint: 'pier env list',
    });
  }
  const { doubts, looked } = await doubtsAbout(environment);
  if (doubts.length > 0) {
    const places = [...placesAbove(environment.prefix), ...corePlaces(environment.prefix)];
    await writeTrust(environment.prefix, places, [...new Set(doubts.map(({ owner }) => owner ?? everyone))]);
  }
  return { environment, doubts, looked };
}

/** Trusts an environment no longer; false when it was not trusted by name. Errors: those of `findEnvironment`. */
export async function distrustEnvironment(
  site: Site,
  name: string,
): Promise<{ readonly environment: Environment; readonly was: boolean }> {
  const environment = await findEnvironment(site, name);
  return { environment, was: await dropTrust(environment.prefix) };
}

/** Where a list of users has one for all of them. */
const everyone = -1;

interface Kind {
  /** It is above the environment, where a sticky directory is no danger. */
  readonly above: boolean;
  /** Whose it is counts. */
  readonly owners: boolean;
  readonly inner: boolean;
}

const inside: Kind = { above: false, owners: true, inner: true };

/** Milliseconds; a directory that a `.pth` file names may be on a disk that does not answer. */
const patience = 2000;

async function patiently(place: string): Promise<Stats | undefined> {
  return await within(
    patience,
    stat(place).catch(() => undefined),
  );
}

/** Not asynchronous: the environment's own disk has answered, and a hundred of these take a millisecond. */
function statNow(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function doubtAt(place: string, stats: Stats | undefined, { above, owners, inner }: Kind): Doubt | undefined {
  if (!stats) return undefined;
  const sticky = above && (stats.mode & 0o1000) !== 0;
  const isOthers = owners && stats.uid !== 0 && stats.uid !== uid();
  if (isOthers && !sticky) return { place, why: `belongs to user ${stats.uid}`, owner: stats.uid, inner };
  const open = (stats.mode & 0o002) !== 0 && !sticky;
  return open ? { place, why: 'can be written by everyone', owner: null, inner } : undefined;
}

function swapped(environment: Environment, place: string): PierError {
  return new PierError(
    'environment-swapped',
    `The environment ${environment.name} is not used: ${tilde(place)} is not what it was when you trusted it.`,
    { hint: `Look at it: ls -ld '${place}'   If that is in order: pier env trust ${typedName(environment)}` },
  );
}
