/**
 * One word for any POSIX shell (sh, bash, zsh, dash), whatever is in it: `it's` becomes `'it'\''s'`.
 *
 * Single quotes keep everything as it is but the single quote itself (POSIX, 2.2.2).
 */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line a person can paste. */
export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}
