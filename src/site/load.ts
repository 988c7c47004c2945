import { hostname } from 'node:os';
import path from 'node:path';
import { PierError, places, tilde } from '../files/index.ts';
import { chooseSite, nameOrFile, ownNames, type Surroundings, type Wanted } from './choose.ts';
import { explainUnset } from './expand.ts';
import { inherit, leavesOf, plainOf, type Tree, treeOf, type Written } from './leaves.ts';
import { invalid, readOwn } from './own.ts';
import { type OpenQuestion, rememberProject, settleProjects, whyOpen } from './project.ts';
import { readShipped, shippedNames } from './shipped.ts';
import type { Leaf, Profile, Site } from './site.ts';

/** Profiles from the first to `local`; more than this is nobody's wish. */
const mostAncestors = 8;

/** Each one's own: never inherited. */
const headerKeys = ['schema', 'id', 'name', 'abstract', 'inherits'];

interface Source {
  readonly written: Written;
  /** null for a shipped one. */
  readonly file: string | null;
}

/**
 * The profile of the site we are at: `--site`, `PIER_SITE`, the user's settings, `/etc/pier/site.yaml`, the host name,
 * in the end `local`. See docs/site-profile.md.
 *
 * `$PI` and `$PROJECT` of its paths are put into our environment, and so into that of all we start, where the person's
 * groups or an earlier answer decide them.
 *
 * Throws `site-unknown`, `site-invalid` (each thing wrong on a line of its own), `site-untrusted`, `site-unreadable`.
 */
export async function loadSite(options: { readonly site?: string } = {}): Promise<Site> {
  const site = await loadSiteFrom(options.site, surroundings());
  Object.assign(process.env, site.decided);
  for (const question of site.undecided) explainUnset(question.variable, whyOpen(question));
  return site;
}

/** Decides a question of a site's for now and for later. Error: `cannot-write`. */
export async function decide(site: Site, { variable }: OpenQuestion, value: string): Promise<void> {
  process.env[variable] = value;
  explainUnset(variable, null);
  await rememberProject(site.id, variable, value, places().config);
}

export function surroundings(): Surroundings {
  const { config, cache } = places();
  return { environment: process.env, config, cache, system: '/etc/pier/site.yaml', host: hostname() };
}

/** `loadSite` in surroundings that are given. */
export async function loadSiteFrom(asked: string | undefined, around: Surroundings): Promise<Site> {
  const { wanted, chosenBy } = await chooseSite(asked, around);
  const source = await read(wanted, around);
  const { id, name, abstract } = headerOf(source.written);
  if (abstract) {
    throw new PierError('site-unknown', `${id} is only for other profiles to inherit.`, {
      hint: 'Choose one of those.',
    });
  }
  const tree = await inheritAllOrSay(source, around);
  const profile = plainOf(tree) as Profile;
  const { decided, open } = await settleProjects(id, profile, around);
  // Only `site show` wants the leaves, and every command comes here.
  let leaves: readonly Leaf[] | undefined;
  return {
    id,
    name,
    chosenBy,
    file: source.file,
    profile,
    decided,
    undecided: open,
    get leaves() {
      leaves ??= leavesOf(tree);
      return leaves;
    },
  };
}

/** A profile together with everything it inherits; a name is looked up among those shipped and the user's own. */
export async function inheritAll(source: Source, around: Surroundings): Promise<Tree> {
  let tree = bodyOf(source.written);
  let child = source;
  for (let count = 0; !isLast(child); count++) {
    if (count === mostAncestors) throw new PierError('site-unknown', 'The profiles inherit each other in a circle.');
    child = await read(nameOrFile(headerOf(child.written).inherits, child.file && path.dirname(child.file)), around);
    tree = inherit(tree, bodyOf(child.written));
  }
  return tree;
}

/** Every profile inherits the `local` that is shipped; it alone has all there is. */
function isLast({ written, file }: Source): boolean {
  return file === null && headerOf(written).id === 'local';
}

async function inheritAllOrSay(source: Source, around: Surroundings): Promise<Tree> {
  try {
    return await inheritAll(source, around);
  } catch (error) {
    if (!(error instanceof PierError) || source.file === null || error.code !== 'site-unknown') throw error;
    throw invalid(source.file, [`${tilde(source.file)}: inherits: ${error.message}`]);
  }
}

function headerOf(written: Written) {
  const header = Object.fromEntries(
    headerKeys.map((key) => [key, Object.hasOwn(written, key) ? written[key] : undefined]),
  );
  const plain = plainOf(treeOf(header, { source: null, checked: null, profile: '' })) as Record<string, unknown>;
  const { id, name, abstract, inherits } = plain;
  return { id: String(id), name: String(name), abstract: abstract === true, inherits: String(inherits ?? 'local') };
}

function bodyOf(written: Written): Tree {
  const body = Object.entries(written).filter(([key]) => !headerKeys.includes(key));
  return treeOf(Object.fromEntries(body), { source: null, checked: null, profile: headerOf(written).id });
}

async function read(wanted: Wanted, around: Surroundings): Promise<Source> {
  if ('file' in wanted) {
    const written = await readOwn(wanted.file, around.cache);
    if (written) return { written, file: wanted.file };
    throw new PierError('site-unknown', `There is no site profile ${tilde(wanted.file)}.`, {
      hint: `Look: ls -l '${wanted.file}'`,
    });
  }
  // Shipped ones first: their names mean the same everywhere.
  const shipped = await readShipped(wanted.name);
  if (shipped) return { written: shipped, file: null };
  const file = path.join(around.config, 'sites', `${wanted.name}.yaml`);
  const written = ownNames(around.config).includes(wanted.name) ? await readOwn(file, around.cache) : undefined;
  if (written) return { written, file };
  throw await unknownSite(wanted.name, around);
}

async function unknownSite(name: string, { config }: Surroundings): Promise<PierError> {
  const { nearest } = await import('./words.ts');
  const known = [...(await shippedSites()).map((site) => site.id), ...ownNames(config)];
  const near = nearest(name, known);
  const file = /\.(ya?ml|json)$/.test(name) ? ` A file is named with a slash: --site ./${name}` : '';
  return new PierError(
    'site-unknown',
    `There is no site ${JSON.stringify(name)}.${near ? ` Did you mean ${near}?` : ''} Known: ${known.join(', ')}.`,
    { hint: near ? `Try: --site ${near}` : `Choose a known one with --site.${file}` },
  );
}

/** The profiles that pier ships and that can be chosen. */
export async function shippedSites(): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const headers = await Promise.all(shippedNames().map(async (name) => headerOf((await readShipped(name)) ?? {})));
  return headers.filter(({ abstract }) => !abstract).map(({ id, name }) => ({ id, name }));
}
