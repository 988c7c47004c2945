import { placeIn } from '../request-file.ts';

/** Where each requirement of a requirements file stands. What uv cannot read in it, uv says. */
export function requirementPlaces(file: string, text: string): ReadonlyMap<string, string> {
  const lines = text
    .split('\n')
    .map((whole, index) => ({ text: whole.replace(/(^|\s)#.*$/, '').trim(), line: index + 1 }));
  return new Map(lines.filter(({ text }) => text !== '').map(({ text, line }) => [text, placeIn(file, line)]));
}
