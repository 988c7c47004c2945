import { existsSync } from 'node:fs';
import path from 'node:path';
import { PierError } from '../../files/index.ts';
import { lastLines, run, which } from '../../process/index.ts';
import type { Environment } from '../environment.ts';
import { environmentVariables } from '../variables.ts';
import { withModules } from '../with-modules.ts';
import { activationDirectory } from './files.ts';
import { withoutActive } from './left.ts';

/** Milliseconds for an environment's own scripts. */
const patience = 120_000;

/** What a shell changes by being one. */
const ofShells = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'BASH_ENV', 'ENV', '_pier_quiet']);

/**
 * The variables for a program in an environment, as an activated shell would give them.
 *
 * Its modules are loaded first. Where it has scripts or variables of conda's own, a shell is asked: `bash -c '. FILE; env -0'`.
 * Errors: those of `loadModules`, `activation-failed` with what the scripts said.
 */
export async function activatedVariables(
  environment: Environment,
  base: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const outside = (await withModules(environment, withoutActive(base), base)).variables;
  if (!needsShell(environment)) return environmentVariables(environment, outside);
  const script = path.join(await activationDirectory(environment), 'activate.sh');
  // Scripts of conda's packages are written for bash more often than for sh.
  const shell = (await which('bash', outside.PATH)) ?? '/bin/sh';
  const { BASH_ENV, ENV, ...env } = outside;
  const ran = await run(shell, ['-c', '. "$0" >&2 && exec env -0', script], {
    env: { ...env, _pier_quiet: '1' },
    timeoutMs: patience,
  });
  if (ran.exitCode !== 0)
    throw failed(environment, ran.timedOut ? 'They did not end within two minutes.' : lastLines(ran.stderr, 6));
  const inside = Object.fromEntries(
    ran.stdout
      .split('\0')
      .filter(Boolean)
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  const kept = Object.entries(inside).filter(([name]) => !ofShells.has(name) && !name.startsWith('_PIER_'));
  const unchanged = Object.entries(outside).filter(([name]) => ofShells.has(name));
  return Object.fromEntries([...kept, ...unchanged]);
}

function needsShell({ kind, prefix }: Environment): boolean {
  const places = ['etc/conda/activate.d', 'etc/conda/env_vars.d', 'conda-meta/state'];
  return kind === 'conda' && places.some((place) => existsSync(path.join(prefix, place)));
}

function failed({ name }: Environment, why: string): PierError {
  return new PierError('activation-failed', `The scripts that activate ${name} failed:\n${why}`, {
    hint: `Look at them: pier env activate ${name}`,
  });
}
