import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { uid } from '../files/index.ts';
import { isModuleName } from '../modules/index.ts';
import type { Site } from '../site/index.ts';
import { whoIsAtWork } from './at-work.ts';
import { beingChangedBy, isChanging } from './change-state.ts';
import { readEnvironment as readConda } from './conda/read.ts';
import type { Environment } from './environment.ts';
import { type Follow, makeFollow } from './reach.ts';
import type { Reading } from './reading.ts';
import { type EnvironmentRecord, readRecordOf } from './record.ts';
import { registeredPrefixes } from './registry.ts';
import { environmentsRootIfKnown, publicRoots } from './root.ts';
import { type Candidate, sources } from './sources.ts';
import { readEnvironment as readVenv } from './uv/read.ts';

/** What was found at one path: its real directory, and the environment there when it is one. */
interface Found {
  readonly path: string;
  readonly environment: Environment;
}

/**
 * Every environment that can be known by reading files: those of the site, the active one, and other programs'.
 *
 * Starts no Python and no conda. What is on a file server that does not answer is passed over. Each real directory is
 * listed once.
 */
export async function listEnvironments(site: Site): Promise<Environment[]> {
  const { follow, roots } = await look(site);
  const places = sources.flatMap(({ places: placesAt, ...source }) => placesAt(site).map((at) => ({ ...source, at })));
  const found = await Promise.all(
    places.map(async ({ at, candidates, reads }) => {
      if (reads && typeof (await follow(at)) === 'string') return [];
      return await Promise.all(candidates(at).map((candidate) => examine(candidate, roots, follow)));
    }),
  );
  return merge(found.flat().filter((item) => item !== undefined));
}

/** Reads the environment at one path; undefined when there is none, or when it does not answer. */
export async function readAt(site: Site, prefix: string): Promise<Environment | undefined> {
  const { follow, roots } = await look(site);
  const found = await examine({ path: path.resolve(prefix), named: null }, roots, follow);
  return found?.environment;
}

/** Real directories whose environments are the site's to name. */
interface Roots {
  /** Undefined while nobody knows where it is. */
  readonly own: string | undefined;
  readonly public: readonly string[];
}

async function look(site: Site): Promise<{ follow: Follow; roots: Roots }> {
  const root = environmentsRootIfKnown(site);
  const home = process.env.HOME || homedir();
  const follow = makeFollow([home, root ?? home]);
  const realOf = async (place: string) => {
    const real = await follow(place);
    return typeof real === 'string' ? place : real.real;
  };
  const own = root === undefined ? undefined : await realOf(root);
  return { follow, roots: { own, public: await Promise.all(publicRoots(site).map(realOf)) } };
}

async function examine(candidate: Candidate, roots: Roots, follow: Follow): Promise<Found | undefined> {
  const found = await follow(candidate.path);
  if (found === 'silent') return undefined;
  if (found === 'absent') return ghost(candidate, candidate.path);
  const prefix = found.real;
  const reading = (await readConda(prefix, follow)) ?? (await readVenv(prefix, follow));
  if (!reading) return ghost(candidate, prefix);
  const { record, isOurs = false } = readRecordOf(prefix) ?? {};
  const environment = describe(prefix, reading, record, originOf(prefix, isOurs, roots));
  return { path: candidate.path, environment: record ? await unlessChanging(environment) : environment };
}

/** One that is being changed, or whose change was interrupted, is not to be used. */
async function unlessChanging(environment: Environment): Promise<Environment> {
  const { state, prefix } = environment;
  if (state !== 'ok' || !isChanging(prefix)) return environment;
  const who = await whoIsAtWork(prefix);
  if (who !== undefined) return { ...environment, state: 'partial', reason: beingChangedBy(who) };
  // The lease is held for longer than the change lasts: with neither, it is over.
  if (!isChanging(prefix)) return environment;
  return { ...environment, state: 'partial', reason: 'A change of it was interrupted.' };
}

function originOf(prefix: string, isOurs: boolean, roots: Roots): Environment['origin'] {
  const above = path.dirname(prefix);
  if (above === roots.own && isOurs) return 'owned';
  if (above === roots.own && ownerOf(prefix) !== uid()) return 'shared';
  if (roots.public.includes(above)) return 'public';
  // Made elsewhere on request, or adopted; a mere copy of an environment of ours is in no list.
  return isOurs && registeredPrefixes().includes(prefix) ? 'owned' : 'foreign';
}

function ownerOf(prefix: string): number | undefined {
  return statSync(prefix, { throwIfNoEntry: false })?.uid;
}

function describe(
  prefix: string,
  reading: Reading,
  record: EnvironmentRecord | undefined,
  origin: Environment['origin'],
): Environment {
  const { title, ...facts } = reading;
  return {
    name: origin === 'foreign' ? foreignName(prefix, title) : path.basename(prefix),
    aliases: [],
    prefix,
    ...facts,
    origin,
    files: record?.files ?? null,
    bytes: record?.bytes ?? null,
    specs: record?.specs ?? [],
    modules: (record?.modules ?? []).filter(isModuleName),
    variables: record?.variables ?? {},
    created: record?.created ?? null,
  };
}

/** `~/project/.venv` goes by its project's name, as in the shell's prompt; conda's own environment is `base`. */
function foreignName(prefix: string, title: string | null): string {
  const name = path.basename(prefix);
  if (title === 'base') return title;
  return ['.venv', 'venv', 'env', '.env'].includes(name) ? path.basename(path.dirname(prefix)) || name : name;
}

const emptyReading: Omit<Reading, 'kind'> = {
  python: null,
  state: 'ghost',
  reason: 'There is no environment any more.',
  frozen: false,
  title: null,
};

/** What is listed where something names an environment and there is none. */
function ghost(candidate: Candidate, prefix: string): Found | undefined {
  if (!candidate.named) return undefined;
  const environment = describe(prefix, { ...emptyReading, kind: candidate.named }, undefined, 'foreign');
  return { path: candidate.path, environment };
}

/** One entry for each real directory; the other paths that lead there become its aliases. */
function merge(found: readonly Found[]): Environment[] {
  const environments = new Map<string, Environment>();
  for (const { path: at, environment } of found) {
    const known = environments.get(environment.prefix) ?? environment;
    const isNew = at !== known.prefix && !known.aliases.includes(at);
    environments.set(known.prefix, isNew ? { ...known, aliases: [...known.aliases, at] } : known);
  }
  return [...environments.values()];
}
