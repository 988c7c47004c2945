/** What a shell changes by being one. */
const ofShells = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'BASH_ENV', 'ENV']);

/** The variables that `env -0` printed in a shell; what a shell changes by being one is as in `base`. */
export function printedVariables(printed: string, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inside = printed.split('\0').flatMap((entry): [string, string][] => {
    const at = entry.indexOf('=');
    return at < 1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]];
  });
  return Object.fromEntries([
    ...inside.filter(([name]) => !ofShells.has(name)),
    ...Object.entries(base).filter(([name]) => ofShells.has(name)),
  ]);
}
