import type { Command } from 'commander';
import { asTyped } from './as-typed.ts';
import type { CommandRow, Group } from './command.ts';
import { displayWidth } from './layout.ts';
import { commands } from './program.ts';
import { paint } from './terminal.ts';

const groups: readonly Group[] = ['Notebooks', 'Environments', 'Running things', 'This place'];

/** `pier --help`: every command on one screen. */
export function overview(): string {
  const sections = groups.map((group) =>
    section(
      group,
      visible().filter((row) => row.group === group),
    ),
  );
  return [
    'Python on a shared cluster, from the laptop to the compute node, in one program.',
    `${paint('bold', 'Usage:')} pier [command] [options]    pier alone says where you are`,
    ...sections,
    `${paint('bold', 'Everywhere:')} --json --explain --verbose --site NAME --yes --no-input --help`,
    asTyped('pier help COMMAND says more about one of them.'),
  ].join('\n\n');
}

/** `pier env --help`: the commands of one group. */
export function groupHelp(first: string): string {
  const rows = visible().filter((row) => row.path.startsWith(`${first} `));
  return [
    `${paint('bold', 'Usage:')} ${asTyped(`pier ${first}`)} <command>`,
    section('Commands', rows),
    asTyped(`pier help ${first} COMMAND says more about one of them.`),
  ].join('\n\n');
}

/** `pier env create --help`: commander's own text, then examples. */
export function commandHelp(row: CommandRow, command: Command): string {
  return [command.helpInformation().trimEnd(), examples(row)].filter((part) => part !== '').join('\n\n');
}

function visible(): readonly CommandRow[] {
  return commands.filter((row) => !row.hidden);
}

function section(title: string, rows: readonly CommandRow[]): string {
  const lines = rows.map((row) => `  ${row.path.padEnd(16)}${row.summary}`);
  return [`${paint('bold', `${title}:`)}`, ...lines].join('\n');
}

function examples(row: CommandRow): string {
  if (!row.examples?.length) return '';
  const rows = row.examples.map(([typed, does]) => [asTyped(typed), asTyped(does)] as const);
  const width = Math.max(...rows.map(([typed]) => displayWidth(typed))) + 2;
  const lines = rows.map(([typed, does]) => {
    const line = `  ${typed.padEnd(width)}${does}`;
    return displayWidth(line) <= 80 ? line : `  ${typed}\n      ${does}`;
  });
  return [`${rows.length > 1 ? 'Examples' : 'Example'}:`, ...lines].join('\n');
}
