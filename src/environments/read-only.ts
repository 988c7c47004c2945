import { statSync } from 'node:fs';
import { PierError, tilde, uid } from '../files/index.ts';
import type { Environment } from './environment.ts';
import { ownersMessage } from './frozen.ts';
import { typedName } from './names.ts';

/** Throws unless an environment is ours to change: `environment-ghost`, `environment-foreign`, `environment-frozen`. */
export function refuseReadOnly(environment: Environment): void {
  const { name, prefix, origin, frozen, state } = environment;
  if (state === 'ghost') {
    throw new PierError('environment-ghost', `There is nothing at ${tilde(prefix)} any more.`, {
      hint: 'pier env list',
    });
  }
  if (origin !== 'owned') throw foreign(environment);
  if (!frozen) return;
  const said = ownersMessage(environment);
  const why = said ? `. Its owner says: ${said}` : ', so that those who use it can rely on it.';
  throw new PierError('environment-frozen', `${name} is frozen${why}`, {
    hint: `Take a copy: pier env clone ${name} NEW-NAME\nOr let it be changed again: pier env thaw ${name}`,
  });
}

function foreign(environment: Environment): PierError {
  const { prefix } = environment;
  const name = typedName(environment);
  const isOurs = statSync(prefix, { throwIfNoEntry: false })?.uid === uid();
  const whose = isOurs ? 'pier did not make it' : 'it is not yours';
  return new PierError('environment-foreign', `${tilde(prefix)} is not changed: ${whose}.`, {
    hint: isOurs
      ? `If it is yours, let pier have it: pier env adopt ${name}\nOr take a copy: pier env clone ${name} NEW-NAME`
      : `Take a copy: pier env clone ${name} NEW-NAME`,
  });
}
