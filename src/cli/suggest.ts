import { distance } from 'fastest-levenshtein';

/** The candidate a person most likely meant: at most a third of its letters are wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, wrong: distance(word, candidate) }))
    .sort((one, other) => one.wrong - other.wrong);
  return best && best.wrong <= Math.max(2, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}
