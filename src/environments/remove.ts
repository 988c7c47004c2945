import { lstatSync } from 'node:fs';
import { readlink, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { errnoOf, noProgress, PierError, type Progress, tilde } from '../files/index.ts';
import { commandLine } from '../shell/index.ts';
import type { Site } from '../site/index.ts';
import { alone } from './alone.ts';
import { discard } from './discard.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';
import { interruptible } from './interrupt.ts';
import { typedName } from './names.ts';
import { refuseReadOnly } from './read-only.ts';

/** Says in plain words who uses an environment, or null. Rooms above know about sessions; this one does not. */
export type InUse = (prefix: string) => Promise<string | null>;

export interface RemoveOptions {
  readonly inUse?: InUse;
  readonly breakLock?: boolean;
  readonly progress?: Progress;
}

/**
 * Removes an environment of ours: gone from every list at once, then deleted, with the links in `~/.conda/envs` to it.
 *
 * Errors: those of `findEnvironment`, `environment-foreign`, `environment-frozen`, `environment-busy`,
 * `environment-in-use`, `environment-swapped` when something else came into its place meanwhile.
 */
export async function removeEnvironment(site: Site, name: string, options: RemoveOptions = {}): Promise<Environment> {
  const environment = await findEnvironment(site, name);
  if (environment.origin !== 'owned') throw foreign(environment);
  refuseReadOnly(environment);
  const { progress = noProgress, breakLock = false } = options;
  return await interruptible(async (signal) => {
    const how = { doing: 'removing it', progress, signal, breakLock };
    return await aloneIfPossible(environment, how, () => remove(environment, options));
  });
}

/** On a full disk a lease cannot be written; and removing is what helps then. */
async function aloneIfPossible<Value>(
  environment: Environment,
  how: Parameters<typeof alone>[1],
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await alone(environment, how, work);
  } catch (error) {
    const errno = error instanceof PierError && error.code === 'cannot-write' ? errnoOf(error.cause) : undefined;
    if (errno !== 'ENOSPC' && errno !== 'EDQUOT') throw error;
    return await work();
  }
}

async function remove(environment: Environment, { inUse }: RemoveOptions): Promise<Environment> {
  const { prefix, name } = environment;
  const user = await inUse?.(prefix);
  if (user) {
    throw new PierError('environment-in-use', `${name} is not removed: ${user}.`, { hint: 'pier session list' });
  }
  await throwAway(environment);
  await unlinkAliases(environment);
  return environment;
}

async function throwAway({ prefix, name }: Environment): Promise<void> {
  const before = lstatSync(prefix, { throwIfNoEntry: false });
  if (!before?.isDirectory()) {
    throw new PierError('environment-unknown', `${name} is gone already.`, { hint: 'pier env list' });
  }
  await discard(path.dirname(prefix), prefix, before.ino);
}

/** Links that a person or pier made for conda; one that leads elsewhere by now stays. */
async function unlinkAliases({ prefix, aliases }: Environment): Promise<void> {
  const place = path.join(process.env.HOME || homedir(), '.conda', 'envs');
  for (const alias of aliases.filter((one) => path.dirname(one) === place)) {
    const target = await readlink(alias).catch(() => undefined);
    if (target !== undefined && path.resolve(place, target) === prefix) await unlink(alias).catch(() => {});
  }
}

function foreign(environment: Environment): PierError {
  const { prefix, kind, origin } = environment;
  if (origin !== 'foreign') {
    return new PierError('environment-foreign', `${tilde(prefix)} is not removed: it is not yours.`, {
      hint: `Who keeps it removes it: ls -ld '${prefix}' says who.`,
    });
  }
  const command = kind === 'conda' ? ['conda', 'env', 'remove', '--prefix', prefix] : ['rm', '-rf', prefix];
  return new PierError('environment-foreign', `pier did not make ${tilde(prefix)}, so it does not remove it.`, {
    hint: `${kind === 'conda' ? '' : 'By hand, if it is yours: '}${commandLine(command)}   Or: pier env adopt ${typedName(environment)}`,
  });
}
