import { createHash } from 'node:crypto';
import { constants, lstatSync, type Stats } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, makePrivateDirectory, places, uid } from '../../files/index.ts';
import type { Environment } from '../environment.ts';
import { readSmallFile } from '../small-file.ts';
import { type Dialect, scriptNames } from './dialect.ts';
import { type Activated, type Facts, factsOf } from './facts.ts';
import { isOwnScript, ownScripts } from './own-scripts.ts';

/**
 * The directory with an environment's three scripts, `activate.sh`, `activate.fish` and `activate.csh`, made if need be.
 *
 * That is `<prefix>/.pier` of one that we made and that nobody else can write; for any other a directory of our own
 * below `~/.local/state/pier/activation`. What stands there and is not what belongs there is replaced.
 * Errors: `environment-path`, `cannot-write`, …
 */
export async function activationDirectory(environment: Environment): Promise<string> {
  const facts = factsOf(environment);
  const inside = path.join(facts.prefix, '.pier');
  if (environment.origin === 'owned' && isPrivate(inside)) {
    if (await renew(facts, inside).catch(() => false)) return inside;
  }
  const outside = path.join(places().state, 'activation', slugOf(facts));
  await makePrivateDirectory(outside);
  await writeScripts(facts, outside);
  return outside;
}

/**
 * Writes the scripts into an environment that is being made at `stage` and will be found at its prefix; and for a virtual
 * environment `bin/activate` and its like, which lead to them.
 */
export async function writeActivation(environment: Activated, stage = environment.prefix): Promise<void> {
  const facts = factsOf(environment);
  await mkdir(path.join(stage, '.pier'), { recursive: true });
  await writeScripts(facts, path.join(facts.prefix, '.pier'), path.join(stage, '.pier'));
  if (facts.kind === 'venv') {
    for (const [name, text] of Object.entries(ownScripts(facts))) await put(path.join(stage, 'bin', name), text);
  }
}

/** After a change of pier, or when it was moved. What a person changed in its bin stays. */
async function renew(facts: Facts, inside: string): Promise<true> {
  await writeScripts(facts, inside);
  if (facts.kind === 'venv') {
    for (const [name, text] of Object.entries(ownScripts(facts))) {
      const file = path.join(facts.prefix, 'bin', name);
      if (isOwnScript(readSmallFile(file, isOurs, constants.O_NOFOLLOW) ?? '')) await put(file, text).catch(() => {});
    }
  }
  return true;
}

/** Writes all three. `at`: where they are written, when that is not where they will be. */
export async function writeScripts(facts: Facts, directory: string, at = directory): Promise<void> {
  const { activationScript } = await import('./scripts.ts');
  for (const dialect of Object.keys(scriptNames) as Dialect[]) {
    await put(path.join(at, scriptNames[dialect]), activationScript(dialect, facts, directory));
  }
}

export async function put(file: string, text: string): Promise<void> {
  if (readSmallFile(file, isOurs, constants.O_NOFOLLOW) === text) return;
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await writeFileAtomic(file, text, { mode: 0o644 });
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function isOurs(stats: Stats): boolean {
  return stats.uid === uid() && (stats.mode & 0o022) === 0;
}

/** Whether only we can change what is in a directory. */
function isPrivate(directory: string): boolean {
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && isOurs(stats);
}

/** Of ours alone, and another for every path: two environments may have one name. */
function slugOf({ prefix }: Facts): string {
  const name = path
    .basename(prefix)
    .replace(/[^\w.-]/g, '_')
    .slice(0, 40);
  return `${name}-${createHash('sha256').update(prefix).digest('hex').slice(0, 12)}`;
}
