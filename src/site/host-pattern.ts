/** Bytes of a host name on Linux (HOST_NAME_MAX); longer ones are cut before they are matched. */
const longestHostName = 64;

/**
 * What is expected of a host pattern that has something else; undefined when it is fine.
 *
 * JavaScript's regular expressions backtrack: a repeated group, or many open repetitions, can take hours.
 */
export function hostPatternProblem(pattern: string): string | undefined {
  if (pattern.length > 200) return 'a regular expression of at most 200 characters';
  if (!/^[\w\s.^$|()[\]{}?*+\\:,-]*$/.test(pattern)) return 'a regular expression of host name characters';
  if (/\(\?[^:]|\\[1-9kpP]/.test(pattern)) return 'a regular expression without look-around and back references';
  if (/\)[*+{]/.test(pattern)) return 'a regular expression without repeated groups: only ? may follow one';
  if ([...pattern.matchAll(/[*+]|\{\d*,/g)].length > 3) return 'a regular expression with at most three of * and +';
  try {
    new RegExp(pattern);
    return undefined;
  } catch {
    return 'a regular expression that JavaScript can read';
  }
}

/** Whether a host name is one of those a profile is for. */
export function matchesHost(pattern: string, host: string): boolean {
  return hostPatternProblem(pattern) === undefined && new RegExp(pattern).test(host.slice(0, longestHostName));
}
