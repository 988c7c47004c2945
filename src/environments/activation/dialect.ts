/** Families of shells that read the same script. */
export type Dialect = 'posix' | 'fish' | 'csh';

/** Shells that pier can activate in, and the dialect each reads. */
export const dialects: Readonly<Record<string, Dialect>> = {
  bash: 'posix',
  zsh: 'posix',
  sh: 'posix',
  dash: 'posix',
  ash: 'posix',
  busybox: 'posix',
  fish: 'fish',
  tcsh: 'csh',
  csh: 'csh',
};

/** Name of the file with the activation script of a dialect. */
export const scriptNames: Readonly<Record<Dialect, string>> = {
  posix: 'activate.sh',
  fish: 'activate.fish',
  csh: 'activate.csh',
};

/** One word, whatever is in it, for a dialect's single quotes. csh takes `!` for its history even there. */
export function quoteFor(dialect: Dialect, word: string): string {
  if (dialect === 'fish') return `'${word.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const quoted = `'${word.replaceAll("'", "'\\''")}'`;
  return dialect === 'csh' ? quoted.replaceAll('!', '\\!') : quoted;
}
