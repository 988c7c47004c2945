import { closest, distance } from 'fastest-levenshtein';
import type * as z from 'zod';
import { isObject } from './leaves.ts';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
  tuple: 'a list',
};

/** What stands in the file, short enough for one line. */
export function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return 'keys and values';
  // A password in an address is not printed, not even to say that it has no place there.
  const text = JSON.stringify(value).replace(/\/\/[^/\s]*@/g, '//…@');
  return `${typeof value === 'string' ? 'the text ' : ''}${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

/** The nearest of the known names, when it is near enough to be a slip of the finger. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(name, known);
  return distance(name, near) <= Math.max(2, Math.floor(name.length / 3)) ? near : undefined;
}

/** What is wrong and what is expected, in words, for one issue that zod found. */
export function wordsFor(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_key') return `the key is wrong, expected ${issue.issues[0]?.message ?? 'another'}`;
  if (value === undefined && issue.code !== 'custom') return `it is missing, expected ${expectation(issue)}`;
  const near =
    issue.code === 'invalid_value' && issue.values.length > 1 && nearest(String(value), issue.values.map(String));
  return `found ${found(value)}, expected ${expectation(issue)}${near ? `; did you mean ${near}?` : ''}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  // A message of ours completes the sentence; zod's own messages are whole sentences.
  if (!/^(Invalid|Too |Unrecognized)/.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return `${issue.values.length > 1 ? 'one of ' : ''}${issue.values.join(', ')}`;
  const many = 'origin' in issue && issue.origin === 'array' ? 'a list of ' : '';
  if (issue.code === 'too_small') return `${many}${issue.minimum} or more`;
  if (issue.code === 'too_big') return `${many}${issue.maximum} or less`;
  return 'something else';
}

/** What to say of a key that the schema does not have. */
export function wordsForUnknownKey(key: string, known: readonly string[]): string {
  const near = nearest(key, known);
  if (near) return `there is no such key; did you mean ${near}?`;
  return `there is no such key, expected one of ${known.join(', ')}`;
}
