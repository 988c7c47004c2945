import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { uid } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { readEnvironment as readConda } from './conda/read.ts';
import type { Environment } from './environment.ts';
import type { Reading } from './reading.ts';
import { type EnvironmentRecord, readEnvironmentRecord } from './record.ts';
import { environmentsRoot } from './root.ts';
import { type Candidate, sources } from './sources.ts';
import { within } from './time-limit.ts';
import { readEnvironment as readVenv } from './uv/read.ts';

/** Milliseconds that a directory has to answer: one on a file server that is gone may never do. */
const patience = 1500;

/** What was found at one path: its real directory, and the environment there when it is one. */
interface Found {
  readonly path: string;
  readonly environment: Environment;
}

/**
 * Every environment that can be known by reading files: those of the site, the active one, and other programs'.
 *
 * Starts no program. A directory that does not answer is passed over. Each real directory is listed once.
 */
export async function listEnvironments(site: Site): Promise<Environment[]> {
  const root = await realRoot(site);
  const found = await Promise.all(
    sources.map(async (source) => {
      const place = source.place(site);
      if (!place) return [];
      const candidates = (await within(patience, source.candidates(place))) ?? [];
      return await Promise.all(candidates.map((candidate) => within(patience, examine(candidate, root))));
    }),
  );
  return merge(found.flat().filter((item) => item !== undefined));
}

/** Reads the environment at one path; undefined when there is none, or when it does not answer. */
export async function readAt(site: Site, prefix: string, limit = patience): Promise<Environment | undefined> {
  const found = await within(limit, examine({ path: path.resolve(prefix), named: null }, await realRoot(site)));
  return found?.environment;
}

async function realRoot(site: Site): Promise<string> {
  const root = environmentsRoot(site);
  return (
    (await within(
      patience,
      realpath(root).catch(() => root),
    )) ?? root
  );
}

async function examine(candidate: Candidate, root: string): Promise<Found | undefined> {
  const prefix = await realpath(candidate.path).catch(() => undefined);
  if (!prefix) return ghost(candidate, candidate.path);
  const reading = (await readConda(prefix)) ?? (await readVenv(prefix));
  if (!reading) return ghost(candidate, prefix);
  const [record, stats] = await Promise.all([readEnvironmentRecord(prefix), stat(prefix)]);
  const mine = path.dirname(prefix) === root;
  const origin = mine && record ? 'owned' : mine && stats.uid !== uid() ? 'shared' : 'foreign';
  return { path: candidate.path, environment: describe(prefix, reading, record, origin) };
}

function describe(
  prefix: string,
  reading: Reading,
  record: EnvironmentRecord | undefined,
  origin: Environment['origin'],
): Environment {
  const { title, ...facts } = reading;
  return {
    name: origin === 'owned' || origin === 'shared' ? path.basename(prefix) : foreignName(prefix, title),
    aliases: [],
    prefix,
    ...facts,
    origin,
    files: record?.files ?? null,
    bytes: record?.bytes ?? null,
    specs: record?.specs ?? [],
    modules: [],
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
