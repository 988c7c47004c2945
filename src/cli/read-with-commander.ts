import { Argument, Command, CommanderError, Option } from 'commander';
import { PierError } from '../files/index.ts';
import { commandLine } from '../shell/index.ts';
import { asTyped } from './as-typed.ts';
import type { CommandRow, OptionRow, Options } from './command.ts';
import { commandHelp } from './help.ts';
import type { Request } from './parse.ts';
import { everywhere } from './program.ts';
import { columns } from './terminal.ts';

const everywhereTitle = 'Everywhere:';

/** Reads the words behind a command's name. Throws `usage` with commander's reason in pier's words. */
export function readWithCommander(row: CommandRow, rest: readonly string[]): Request {
  const command = build(row);
  try {
    command.parse([...rest], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', text: helpOnCommand(row) };
    throw wrongUsage(row, command.args, error);
  }
  if (row.path === '' && command.opts().version) {
    throw new PierError('usage', '--version stands alone, or with --json.', { hint: 'pier --version' });
  }
  return { kind: 'command', row, words: command.args, options: optionsOf(command) };
}

/** `pier help COMMAND` */
export function helpOnCommand(row: CommandRow): string {
  return commandHelp(row, build(row));
}

/** commander's command for one row, with the options that every command takes. */
function build(row: CommandRow): Command {
  const command = new Command(asTyped(`pier ${row.path}`.trim()))
    .description(`${row.summary}.`)
    .addHelpOption(new Option('-h, --help', 'Show this').helpGroup(everywhereTitle))
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .configureHelp({ helpWidth: columns() })
    .passThroughOptions(row.passesOn ?? false);
  for (const { name, summary } of row.arguments ?? []) command.addArgument(new Argument(name, asTyped(summary)));
  for (const option of row.options ?? []) command.addOption(optionOf(option));
  for (const option of everywhere) command.addOption(optionOf(option).helpGroup(everywhereTitle));
  // Read before there are commands; here for whoever mistypes it.
  if (row.path === '') command.addOption(new Option('--version'));
  return command;
}

function optionOf({ flags, summary, choices, list, hidden }: OptionRow): Option {
  const option = new Option(flags, asTyped(summary)).hideHelp(hidden ?? false);
  if (list) option.argParser((value, before?: string) => (before === undefined ? value : `${before},${value}`));
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
function wrongUsage(row: CommandRow, given: readonly string[], error: CommanderError): PierError {
  if (error.code === 'commander.missingArgument') return missing(row, given, error);
  if (error.code === 'commander.excessArguments') return tooMany(row, given, error);
  const [said = '', meant] = error.message.replace(/^error: /, '').split('\n');
  const near = meant?.match(/Did you mean (?:one of )?([^,?]+)/)?.[1];
  const name = `pier ${row.path}`.trim();
  const sentence = said.replace(/\.$/, '').replace(/^./, (letter) => letter.toUpperCase());
  if (/unknown option '--modules?[=']/.test(error.message)) {
    return new PierError('usage', `${sentence}.`, { hint: 'pier env modules ENVIRONMENT MODULE…', cause: error });
  }
  return new PierError('usage', `${sentence}.`, {
    hint: near ? `${name} ${near}` : `${name} --help`,
    cause: error,
  });
}

/** `"b" is one word too many.`; a lone word of a command that takes an environment by -e is taken for its name. */
function tooMany(row: CommandRow, given: readonly string[], error: CommanderError): PierError {
  const known = row.arguments?.length ?? 0;
  const surplus = given.slice(known);
  const name = ['pier', ...row.path.split(' ')];
  const [stray = ''] = surplus;
  const takesEnvironment = row.options?.some(({ flags }) => flags.startsWith('-e,'));
  const words = surplus.map((word) => JSON.stringify(word)).join(', ');
  const many = surplus.length === 1 ? 'one word' : `${surplus.length} words`;
  return new PierError('usage', `${words}: ${many} too many.`, {
    hint: commandLine([...name, ...(takesEnvironment ? ['-e', stray] : ['--help'])]),
    cause: error,
  });
}

/** `Which environment?`, and what to type for it: what was given, and what is still to be. */
function missing(
  { path, arguments: rows = [] }: CommandRow,
  given: readonly string[],
  error: CommanderError,
): PierError {
  const name = /'([\w-]+)'/.exec(error.message)?.[1] ?? '';
  const what = rows.find((one) => bare(one.name) === name)?.complete ?? name;
  const lacking = rows.slice(given.length).filter((one) => !one.refused);
  const words = lacking.map((one) => (one.name.startsWith('[') ? `[${placeholder(one.name)}]` : placeholder(one.name)));
  return new PierError('usage', `Which ${what.replaceAll('-', ' ')}?`, {
    hint: [commandLine(['pier', ...path.split(' '), ...given]), ...words].join(' '),
    cause: error,
  });
}

/** `specs` of `<specs...>` */
function bare(name: string): string {
  return name.replace(/[<>[\].]/g, '');
}

function placeholder(name: string): string {
  return bare(name).toUpperCase() + (name.includes('...') ? '…' : '');
}
