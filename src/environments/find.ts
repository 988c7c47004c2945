import { statSync } from 'node:fs';
import path from 'node:path';
import { PierError, tilde, uid } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import { isBeingChanged, isChanging } from './change-state.ts';
import type { Environment } from './environment.ts';
import { listEnvironments, readAt } from './list.ts';

/**
 * The environment that a person means: by exact name, or else by path when there is a slash or a dot in front.
 *
 * A link is a name too: `ln -s /project/ada/envs/deep ~/.conda/envs/mine` makes it `mine`.
 *
 * Errors: `environment-unknown` with near names, `environment-ambiguous` with the paths.
 * Its state may be any; what is to be used passes `refuseUnusable` first.
 */
export async function findEnvironment(site: Site, nameOrPath: string): Promise<Environment> {
  const all = await listEnvironments(site);
  const named = all.filter((environment) => namesOf(environment).includes(nameOrPath));
  const [only, other] = foremost(named);
  if (only && !other) return only;
  if (only) throw ambiguous(nameOrPath, named);
  const at = looksLikePath(nameOrPath) ? await readAt(site, nameOrPath) : undefined;
  if (!at) throw await unknownEnvironment(nameOrPath, all);
  return all.find((environment) => environment.prefix === at.prefix) ?? at;
}

/** Our own before the site's: a name of our own means the same whatever else the site publishes. Others come last. */
function foremost(named: readonly Environment[]): readonly Environment[] {
  const from = (origin: Environment['origin']) => named.filter((environment) => environment.origin === origin);
  return [from('owned'), from('public')].find((group) => group.length > 0) ?? named;
}

function namesOf({ name, aliases }: Environment): string[] {
  return [name, ...aliases.map((alias) => path.basename(alias))];
}

function looksLikePath(text: string): boolean {
  return text.includes('/') || text.startsWith('.');
}

function ambiguous(name: string, named: readonly Environment[]): PierError {
  const owners = named.map(({ prefix }) => statSync(prefix, { throwIfNoEntry: false })?.uid);
  // Where somebody else took a name that another has, this is what tells whose is whose.
  const differ = new Set(owners).size > 1;
  const lines = named.map(({ prefix }, index) => `  ${tilde(prefix)}${differ ? ownerWords(owners[index]) : ''}`);
  const paths = lines.join('\n');
  return new PierError('environment-ambiguous', `${named.length} environments are called ${name}:\n${paths}`, {
    hint: 'Name it by its path.',
  });
}

function ownerWords(owner: number | undefined): string {
  if (owner === undefined) return '';
  return owner === uid() ? ', yours' : owner === 0 ? ', of root' : `, of user ${owner}`;
}

async function unknownEnvironment(name: string, all: readonly Environment[]): Promise<PierError> {
  const isPath = looksLikePath(name);
  const near = isPath ? [] : await nearNames(name, all);
  const meant = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  const what = isPath ? `There is no environment at ${name}.` : `There is no environment called ${name}.${meant}`;
  // A name alone makes one only where the catalogue has a list for it.
  const { catalogueNames } = await import('./catalogue.ts');
  const canBeMade = near.length === 0 && catalogueNames().includes(name);
  return new PierError('environment-unknown', what, { hint: canBeMade ? `pier env create ${name}` : 'pier env list' });
}

/** At most three names that differ in few letters. */
async function nearNames(name: string, all: readonly Environment[]): Promise<string[]> {
  const { distance } = await import('fastest-levenshtein');
  const names = [...new Set(all.filter(({ state }) => state !== 'ghost').map((environment) => environment.name))];
  const scored = names.map((known) => ({ known, far: distance(name.toLowerCase(), known.toLowerCase()) }));
  // Two letters in the wrong order are two changes.
  const most = (known: string) => Math.max(2, Math.floor(known.length / 3));
  const near = scored.filter(({ known, far }) => far <= most(known) && far < Math.min(known.length, name.length));
  return near
    .sort((a, b) => a.far - b.far)
    .map(({ known }) => known)
    .slice(0, 3);
}

/** One that was being changed is put right in place; making another never begins with losing what this one has. */
function wayOut({ name, prefix, origin, state, reason, modules }: Environment): string {
  if (isBeingChanged(reason)) return 'Wait until that is done, then try again.';
  if (state === 'ghost')
    return 'What names it is left over: it can be taken out of ~/.conda/environments.txt, or the link be removed.';
  if (origin !== 'owned') {
    return state === 'broken'
      ? 'If its Python came with a module, load that; else make it anew with the program that made it.'
      : 'Have the program that made it complete it.';
  }
  if (isChanging(prefix)) return `pier env install ${name}`;
  const file = `${name}.yml`;
  const needed = modules.length > 0 ? ` --module ${modules.join(',')}` : '';
  return `Make it anew: pier env export ${name} -o ${file} && pier env remove ${name} && pier env create ${name} -f ${file}${needed}`;
}

/** Throws `environment-broken` unless the environment is `ok`: with what is wrong, and the next command. */
export function refuseUnusable(environment: Environment): void {
  const { name, prefix, state, reason } = environment;
  if (state === 'ok') return;
  throw new PierError(
    'environment-broken',
    `The environment ${name} (${tilde(prefix)}) cannot be used: ${reason ?? state}`,
    {
      hint: wayOut(environment),
    },
  );
}
