import path from 'node:path';
import { makePrivateDirectory, PierError, readRecord, tilde, writeRecord } from '../files/index.ts';
import { isObject, type Written } from './leaves.ts';
import { problemLine } from './problem.ts';
import { readTrusted, type TrustedText } from './trust.ts';

/** Counted up with every change of the schema: what an older pier found right need not be. */
const format = 1;

/**
 * Reads a profile that a person wrote; undefined when there is no such file.
 *
 * Throws `site-invalid` with everything that is wrong in it, one line each.
 */
export async function readOwn(file: string, cache: string): Promise<Written | undefined> {
  const trusted = readTrusted(file);
  if (!trusted) return undefined;
  // Reading YAML and checking it costs 25 ms, which every command would pay.
  const record = path.join(cache, 'sites', `${encodeURIComponent(file).slice(-200)}.json`);
  const known = await remembered(record, file, trusted);
  if (known) return known;
  const { parseProfile } = await import('./parse.ts');
  const { written, problems } = parseProfile(tilde(file), trusted.text);
  if (problems.length > 0) throw invalid(file, problems.map(problemLine));
  await remember(record, { format, file, stamp: trusted.stamp, written });
  return written;
}

/** The error for a profile with things wrong in it. */
export function invalid(file: string, lines: readonly string[]): PierError {
  return new PierError('site-invalid', lines.join('\n'), { hint: `Mend it, then: pier site check '${file}'` });
}

async function remembered(record: string, file: string, { stamp }: TrustedText): Promise<Written | undefined> {
  const known = await readRecord(record).catch(() => undefined);
  if (!isObject(known) || known.format !== format || known.file !== file || known.stamp !== stamp) return undefined;
  return isObject(known.written) ? known.written : undefined;
}

/** A cache that cannot be written is no reason to fail. */
async function remember(record: string, value: unknown): Promise<void> {
  try {
    await makePrivateDirectory(path.dirname(record));
    await writeRecord(record, value);
  } catch {
    // the next command reads the YAML again
  }
}
