import { ask } from './ask.ts';

/** Milliseconds: a busy slurmdbd takes seconds. */
const timeLimit = 30_000;

export type Row<Field extends string> = Readonly<Record<Field, string>>;

/**
 * A table of the accounting's: `sacctmgr --noheader --parsable2 --readonly show … format=a,b,c`.
 *
 * A string says why there is no answer.
 */
export async function askSacctmgr<Field extends string>(
  what: readonly string[],
  fields: readonly Field[],
): Promise<readonly Row<Field>[] | string> {
  const options = ['--noheader', '--parsable2', '--readonly', 'show'];
  const answer = await ask('sacctmgr', [...options, ...what, `format=${fields.join(',')}`], timeLimit);
  return answer.answered ? parseTable(answer.stdout, fields) : answer.reason;
}

/** Lines of fields with `|` between them. One with too few fields is none of the table's. */
export function parseTable<Field extends string>(text: string, fields: readonly Field[]): readonly Row<Field>[] {
  return text.split('\n').flatMap((line) => {
    const values = line.split('|');
    if (values.length < fields.length) return [];
    return [Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ''])) as Row<Field>];
  });
}

/** `a,b,c` as a list; empty for an empty field. */
export function listOf(text: string): readonly string[] {
  return text.split(',').filter((word) => word !== '');
}
