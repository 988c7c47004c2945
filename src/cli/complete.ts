import type { ArgumentRow, CommandRow, Completable, OptionRow } from './command.ts';
import { split } from './find-command.ts';
import { printText } from './print.ts';
import { printable } from './printable.ts';
import { commands, everywhere } from './program.ts';

export interface Candidate {
  readonly value: string;
  readonly summary: string;
}

/** What the shell itself completes: it knows the current directory and how to quote. */
type ByShell = 'file' | 'directory' | 'command';

type Offer = readonly Candidate[] | { readonly byShell: ByShell };

/**
 * `pier __complete -- WORDS…`, where the last word is the one being typed: prints `VALUE<tab>SUMMARY` lines, or one
 * line `:file`, `:directory` or `:command` that leaves it to the shell. The shims in completion-shims.ts read this.
 */
export async function printCompletions(argv: readonly string[]): Promise<number> {
  const offer = await offerFor(rejoin(argv[0] === '--' ? argv.slice(1) : argv));
  const lines = 'byShell' in offer ? [`:${offer.byShell}`] : offer.map(({ value, summary }) => `${value}\t${summary}`);
  if (lines.length > 0) printText(lines.join('\n'));
  return 0;
}

/** bash breaks `--env=sci` into three words, at COMP_WORDBREAKS; whoever does so wants only the value back. */
function rejoin(words: readonly string[]): readonly string[] {
  const equals = words.at(-1) === '=' ? words.length - 1 : words.at(-2) === '=' ? words.length - 2 : -1;
  if (!words[equals - 1]?.startsWith('--')) return words;
  return [...words.slice(0, equals), words.slice(equals + 1).join('')];
}

/** What can stand where the last word is, and begins with it. */
export async function offerFor(words: readonly string[]): Promise<Offer> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { path, rest, stray } = split(before);
  if (stray.length > 0) return [];
  const row = commands.find((command) => command.path === path.join(' '));
  const options = [...(row?.options ?? []), ...everywhere].filter((option) => !option.hidden);
  const open = options.find((option) => takesValue(option) && names(option).includes(before.at(-1) ?? ''));
  if (open && !rest.slice(0, -1).includes('--')) return await values(open, current, words);
  if (!row) return current.startsWith('-') ? optionsFor(options, rest, current) : nextWords(path, current);
  const typed = positionals(row, options, rest);
  if (typed.onlyWords || !current.startsWith('-')) return await values(argumentAt(row, typed.words), current, words);
  return await optionOrValue(options, rest, current, words);
}

function nextWords(path: readonly string[], current: string): readonly Candidate[] {
  const rows = path[0] === 'help' ? commands : [...commands, { path: 'help', summary: 'Say more about a command' }];
  const start = path.filter((word) => word !== 'help');
  const found = new Map<string, string>();
  for (const row of rows) {
    if ('hidden' in row && row.hidden) continue;
    const words = row.path.split(' ');
    const next = words[start.length];
    if (next === undefined || start.some((word, at) => words[at] !== word)) continue;
    const isGroup = words.length > start.length + 1;
    if (!found.has(next)) found.set(next, isGroup ? `pier ${[...start, next].join(' ')} …` : row.summary);
  }
  return beginning(
    current,
    [...found].map(([value, summary]) => ({ value, summary })),
  );
}

/** Counts the words that are no options, and says whether only such can follow. */
function positionals(row: CommandRow, options: readonly OptionRow[], rest: readonly string[]) {
  let words = 0;
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] as string;
    if (word === '--') return { words: words + rest.length - at - 1, onlyWords: true };
    if (!word.startsWith('-')) words++;
    else if (options.some((option) => takesValue(option) && names(option).includes(word))) at++;
    if (words > 0 && row.passesOn) return { words: rest.length, onlyWords: true };
  }
  return { words, onlyWords: false };
}

/** The row of the argument with this number. Behind the program that `exec` runs stand, as a rule, files. */
function argumentAt(row: CommandRow, at: number): ArgumentRow | undefined {
  const last = row.arguments?.at(-1);
  if (row.passesOn && at > 0) return { name: '[file]', summary: '', complete: 'file' };
  return row.arguments?.[at] ?? (last?.name.includes('...') ? last : undefined);
}

function optionsFor(options: readonly OptionRow[], rest: readonly string[], current: string): readonly Candidate[] {
  const unused = options.filter((option) => !names(option).some((name) => rest.includes(name)));
  return beginning(
    current,
    unused.map((option) => ({ value: names(option).at(-1) as string, summary: option.summary })),
  );
}

async function optionOrValue(
  options: readonly OptionRow[],
  rest: readonly string[],
  current: string,
  words: readonly string[],
): Promise<Offer> {
  const [name = '', ...value] = current.split('=');
  const option = options.find((candidate) => takesValue(candidate) && names(candidate).includes(name));
  if (!option || value.length === 0) return optionsFor(options, rest, current);
  const offer = await values(option, value.join('='), words);
  if ('byShell' in offer) return offer;
  return offer.map(({ value: found, summary }) => ({ value: `${name}=${found}`, summary }));
}

async function values(
  row: { readonly complete?: Completable; readonly choices?: readonly string[] } | undefined,
  current: string,
  words: readonly string[],
): Promise<Offer> {
  if (row?.choices)
    return beginning(
      current,
      row.choices.map((value) => ({ value, summary: '' })),
    );
  const kind = row?.complete;
  if (kind === undefined) return [];
  if (kind === 'file' || kind === 'directory' || kind === 'command') return { byShell: kind };
  const { candidatesOf } = await import('./complete-values.ts');
  const site = words[words.indexOf('--site') + 1];
  return beginning(current, await candidatesOf(kind, words.includes('--site') ? site : undefined));
}

/** Names with anything in them that a terminal acts on are not offered. */
function beginning(current: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates
    .filter(({ value }) => value.startsWith(current) && printable(value) === value)
    .map(({ value, summary }) => ({ value, summary: printable(summary) }));
}

function names(option: OptionRow): readonly string[] {
  return option.flags.split(/,? /).filter((word) => word.startsWith('-'));
}

function takesValue(option: OptionRow): boolean {
  return option.flags.includes('<');
}
