import { Argument, Command, CommanderError, Option } from 'commander';
import { PierError } from '../files/index.ts';
import type { CommandRow, OptionRow, Options } from './command.ts';
import { isPrefix, isWord, split } from './find-command.ts';
import { commandHelp, groupHelp, overview } from './help.ts';
import { commands, everywhere, here } from './program.ts';
import { columns } from './terminal.ts';

const everywhereTitle = 'Everywhere:';

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
 * Finds the command in the words and has commander read the rest: only the named one is built.
 *
 * Throws `usage` for what no command takes, with the nearest right word as the hint.
 */
export async function parse(argv: readonly string[]): Promise<Request> {
  const { path, rest, stray } = split(argv);
  if (path[0] === 'help') return { kind: 'help', text: await helpOn(rest.filter(isWord)) };
  const row = commands.find((command) => command.path === path.join(' '));
  if (row) return read(row, rest);
  if (rest.includes('--help') || rest.includes('-h')) return { kind: 'help', text: await helpOn(path) };
  if (path.length > 0 || stray.length > 0) throw await unknown([...path, ...stray]);
  return read(here, rest);
}

async function helpOn(words: readonly string[]): Promise<string> {
  if (words.length === 0) return overview();
  const row = commands.find((command) => command.path === words.join(' '));
  if (row) return commandHelp(row, build(row));
  if (isPrefix(words)) return groupHelp(words.join(' '));
  throw await unknown(words);
}

async function unknown(words: readonly string[]): Promise<PierError> {
  const { nearest } = await import('./suggest.ts');
  const named = commands.filter((row) => !row.hidden).map((row) => row.path);
  const groups = [...new Set(named.map((path) => path.split(' ')[0] as string))];
  const [first = '', second] = words;
  if (isPrefix([first])) {
    const ofGroup = named.filter((path) => path.startsWith(`${first} `));
    const near = second && nearest(`${first} ${second}`, ofGroup);
    return new PierError('usage', second ? `There is no command pier ${first} ${second}.` : `pier ${first} what?`, {
      hint: near ? `pier ${near}` : `pier ${first} --help   (${ofGroup.map((path) => path.split(' ')[1]).join(', ')})`,
    });
  }
  const near = nearest(words.slice(0, 2).join(' '), named) ?? nearest(first, groups);
  return new PierError('usage', `There is no command pier ${first}.`, {
    hint: near ? `pier ${near}` : 'pier --help',
  });
}

function read(row: CommandRow, rest: readonly string[]): Request {
  const command = build(row);
  try {
    command.parse([...rest], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: commandHelp(row, build(row)) };
    throw wrongUsage(row, error);
  }
  return { kind: 'command', row, words: command.args, options: optionsOf(command) };
}

/** commander's command for one row, with the options that every command takes. */
function build(row: CommandRow): Command {
  const command = new Command(`pier ${row.path}`.trim())
    .description(`${row.summary}.`)
    .addHelpOption(new Option('-h, --help', 'Show this').helpGroup(everywhereTitle))
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .configureHelp({ helpWidth: columns() })
    .passThroughOptions(row.passesOn ?? false);
  for (const { name, summary } of row.arguments ?? []) command.addArgument(new Argument(name, summary));
  for (const option of row.options ?? []) command.addOption(optionOf(option));
  for (const option of everywhere) command.addOption(optionOf(option).helpGroup(everywhereTitle));
  return command;
}

function optionOf({ flags, summary, choices, hidden }: OptionRow): Option {
  const option = new Option(flags, summary).hideHelp(hidden ?? false);
  return choices ? option.choices(choices) : option;
}

function optionsOf(command: Command): Options {
  const values: Record<string, unknown> = command.opts();
  return {
    flag: (name) => (name.startsWith('no-') ? values[camel(name.slice(3))] === false : values[camel(name)] === true),
    value: (name) => (typeof values[camel(name)] === 'string' ? (values[camel(name)] as string) : undefined),
  };
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `error: unknown option '--tiem'\n(Did you mean --time?)`, and its like, in pier's words. */
function wrongUsage(row: CommandRow, error: CommanderError): PierError {
  const [said = '', meant] = error.message.replace(/^error: /, '').split('\n');
  const near = meant?.match(/Did you mean (?:one of )?([^,?]+)/)?.[1];
  const name = `pier ${row.path}`.trim();
  return new PierError('usage', `${name}: ${said.replace(/\.$/, '')}.`, {
    hint: near ? `${name} ${near}` : `${name} --help`,
    cause: error,
  });
}
