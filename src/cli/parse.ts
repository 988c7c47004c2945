import { PierError } from '../files/index.ts';
import type { CommandRow, Options } from './command.ts';
import { isPrefix, isWord, split } from './find-command.ts';
import { commands, here } from './program.ts';
import { readPlainly } from './read-plainly.ts';

/** What the words on the command line ask for. */
export type Request =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'command';
      readonly row: CommandRow;
      readonly words: readonly string[];
      readonly options: Options;
    };

/**
 * Finds the command in the words and reads the rest. What is plainly right is read by Node's own parser; commander,
 * which takes 8 ms to load, is for help, for mistakes, and for what belongs to another program.
 *
 * Throws `usage` for what no command takes, with the nearest right word as the hint.
 */
export async function parse(argv: readonly string[]): Promise<Request> {
  const { path, rest, stray } = split(argv);
  if (path[0] === 'help') return { kind: 'help', text: await helpOn(rest.filter(isWord)) };
  const row = commands.find((command) => command.path === path.join(' '));
  if (row) return await read(row, rest);
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', text: await helpOn(path) };
  if (path.length > 0 || stray.length > 0) throw await unknown([...path, ...stray]);
  return await read(here, rest);
}

async function read(row: CommandRow, rest: readonly string[]): Promise<Request> {
  const plain = readPlainly(row, rest);
  if (plain) return { kind: 'command', row, ...plain };
  const { readWithCommander } = await import('./read-with-commander.ts');
  return readWithCommander(row, rest);
}

async function helpOn(words: readonly string[]): Promise<string> {
  const row = commands.find((command) => command.path === words.join(' '));
  if (row) return (await import('./read-with-commander.ts')).helpOnCommand(row);
  const { groupHelp, overview } = await import('./help.ts');
  if (words.length === 0 || words[0] === 'help') return overview();
  if (isPrefix(words)) return groupHelp(words.join(' '));
  throw await unknown(words);
}

async function unknown(words: readonly string[]): Promise<PierError> {
  const { nearest, synonymOf } = await import('./suggest.ts');
  const named = commands.filter((row) => !row.hidden).map((row) => row.path);
  const groups = [...new Set(named.map((path) => path.split(' ')[0] as string))];
  const [first = '', second] = words;
  if (isPrefix([first])) {
    const ofGroup = named.filter((path) => path.startsWith(`${first} `));
    const verbs = ofGroup.map((path) => path.split(' ')[1] as string);
    const meant = second && (synonymOf(second, verbs) ?? nearest(second, verbs));
    const near = meant && `${first} ${meant}`;
    return new PierError('usage', second ? `There is no command ${first} ${second}.` : `pier ${first} what?`, {
      hint: near ? `pier ${near}` : `pier ${first} --help   (${verbs.join(', ')})`,
    });
  }
  // `pier stop`: the verb alone, which some group has.
  const ofVerb = named.filter((path) => path.endsWith(` ${first}`));
  const near = nearest(words.slice(0, 2).join(' '), named) ?? nearest(first, groups);
  const [meant, ...others] = ofVerb.length > 0 ? ofVerb : near === undefined ? [] : [near];
  const or = others.length > 0 ? `   (or: ${others.map((path) => `pier ${path}`).join(', ')})` : '';
  return new PierError('usage', `There is no command ${first}.`, {
    hint: meant ? `pier ${meant}${or}` : 'pier --help',
  });
}
