import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
import { inheritAll, surroundings } from './load.ts';
import type { Problem } from './problem.ts';
import { readTrusted } from './trust.ts';

export interface ProfileCheck {
  readonly file: string;
  /** What the profile calls itself; null when it does not say. */
  readonly id: string | null;
  /** In the order of the file; empty when all is well. */
  readonly problems: readonly Problem[];
}

/**
 * Checks a profile that a person wrote, and that what it inherits is there.
 *
 * Throws `site-unknown` when there is no such file, `site-untrusted` when somebody else can change it.
 */
export async function checkProfile(file: string, around = surroundings()): Promise<ProfileCheck> {
  const absolute = path.resolve(file);
  const trusted = readTrusted(absolute);
  if (!trusted) throw new PierError('site-unknown', `There is no file ${tilde(absolute)}.`);
  const { parseProfile } = await import('./parse.ts');
  const { written, problems, problemAt } = parseProfile(file, trusted.text);
  const id = typeof written.id === 'string' ? written.id : null;
  if (problems.length > 0) return { file, id, problems };
  try {
    await inheritAll({ written, file: absolute }, around);
    return { file, id, problems };
  } catch (error) {
    if (!(error instanceof PierError)) throw error;
    return { file, id, problems: [problemAt(['inherits'], error.message)] };
  }
}

/** The JSON Schema (draft 2020-12) of a profile, for editors; each leaf plain or `{value, source, checked}`. */
export async function profileJsonSchema(): Promise<Record<string, unknown>> {
  const { jsonSchema } = await import('./json-schema.ts');
  return jsonSchema();
}
