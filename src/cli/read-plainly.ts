import { parseArgs } from 'node:util';
import type { ArgumentRow, CommandRow, OptionRow, Options } from './command.ts';
import { everywhere } from './program.ts';

/** The words and options behind a command's name; undefined for whatever is not plainly right. */
export function readPlainly(
  row: CommandRow,
  rest: readonly string[],
): { readonly words: readonly string[]; readonly options: Options } | undefined {
  if (row.passesOn) return undefined;
  const rows = [...(row.options ?? []), ...everywhere];
  const parsed = parseStrictly(rows, rest);
  if (!parsed || !isRightNumber(parsed.positionals.length, row.arguments ?? [])) return undefined;
  const { values, positionals } = parsed;
  const refused = rows.some(({ flags, choices }) => {
    const value = textOf(values[nameOf(flags)]);
    return choices && value !== undefined && !choices.includes(value);
  });
  if (refused) return undefined;
  const options: Options = {
    flag: (name) => values[name] === true,
    value: (name) => textOf(values[name]),
  };
  return { words: positionals, options };
}

/** What was given several times is told as one list. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : undefined;
}

function parseStrictly(rows: readonly OptionRow[], rest: readonly string[]) {
  const options = Object.fromEntries(
    rows.map(({ flags, list = false }) => {
      const short = /^-(\w),/.exec(flags)?.[1];
      const type = flags.includes('<') ? ('string' as const) : ('boolean' as const);
      return [nameOf(flags), { type, multiple: list, ...(short === undefined ? {} : { short }) }];
    }),
  );
  if (rest.length === 0) return { values: {}, positionals: [] };
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: true });
  } catch {
    return undefined;
  }
}

/** `env` of `-e, --env <name>` */
function nameOf(flags: string): string {
  return /--([\w-]+)/.exec(flags)?.[1] ?? flags;
}

function isRightNumber(given: number, rows: readonly ArgumentRow[]): boolean {
  const least = rows.filter(({ name }) => name.startsWith('<')).length;
  const most = rows.some(({ name }) => name.includes('...')) ? Infinity : rows.length;
  return given >= least && given <= most;
}
