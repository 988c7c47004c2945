import { distance } from 'fastest-levenshtein';

/** The candidate a person most likely meant: at most a third of its letters are wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, wrong: distance(word, candidate) }))
    .sort((one, other) => one.wrong - other.wrong);
  return best && best.wrong <= Math.max(2, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** What other programs call what pier's verbs do; the first of them that a group has is meant. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  add: ['install'],
  cancel: ['stop'],
  copy: ['clone'],
  delete: ['remove', 'stop'],
  end: ['stop'],
  extend: ['renew'],
  info: ['show', 'list'],
  kill: ['stop'],
  ls: ['list'],
  module: ['modules'],
  new: ['create'],
  remove: ['stop'],
  rm: ['remove', 'stop'],
  show: ['list'],
  status: ['list', 'show'],
  update: ['install'],
  upgrade: ['install'],
};

export function synonymOf(word: string, verbs: readonly string[]): string | undefined {
  return Object.hasOwn(synonyms, word) ? synonyms[word]?.find((verb) => verbs.includes(verb)) : undefined;
}
