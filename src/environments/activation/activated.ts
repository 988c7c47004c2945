import { existsSync } from 'node:fs';
import path from 'node:path';
import { PierError } from '../../files/index.ts';
import { lastLines, printedVariables, run, which } from '../../process/index.ts';
import type { Environment } from '../environment.ts';
import { environmentVariables } from '../variables.ts';
import { leftByActive, withModules } from '../with-modules.ts';
import { activationDirectory } from './files.ts';
import { withoutActive } from './left.ts';

/** Milliseconds for an environment's own scripts. */
const patience = 120_000;

/**
 * The variables for a program in an environment, as an activated shell would give them.
 *
 * Its modules are loaded first; those of the environment that is active, and `left`, are unloaded. Where it has scripts or variables of conda's own, a shell is asked: `bash -c '. FILE; env -0'`.
 * Errors: those of `loadModules`, `activation-failed` with what the scripts said.
 */
export async function activatedVariables(
  environment: Environment,
  base: NodeJS.ProcessEnv,
  left: readonly string[] = [],
): Promise<NodeJS.ProcessEnv> {
  const { unload, reload } = leftByActive(base);
  const leaving = { unload: [...unload, ...left], reload };
  const outside = (await withModules(environment, withoutActive(base), leaving)).variables;
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
  const { _pier_quiet, ...inside } = printedVariables(ran.stdout, outside);
  return Object.fromEntries(Object.entries(inside).filter(([name]) => !name.startsWith('_PIER_')));
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
