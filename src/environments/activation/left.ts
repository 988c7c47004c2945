/**
 * The variables as they would be had the environment been left that pier activated in the shell above.
 *
 * Of PATH what was added meanwhile stays. Scripts in `deactivate.d` are not run.
 */
export function withoutActive(base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = (base._PIER_NAMES ?? '').split(' ').filter(Boolean);
  const was = Object.fromEntries(names.map((name) => [name, base[`_PIER_WAS_${name}`]]));
  const now = `:${base._PIER_PATH_NOW}:`;
  if (base._PIER_PATH_NOW !== undefined && was.PATH !== undefined) {
    was.PATH = `:${base.PATH ?? ''}:`.replace(now, () => `:${was.PATH}:`).slice(1, -1);
  }
  const entries = Object.entries({ ...base, ...was }).filter(
    ([name, value]) => value !== undefined && !name.startsWith('_PIER_'),
  );
  return Object.fromEntries(entries);
}
