import { tilde } from '../../files/index.ts';
import type { Leaf, Site } from '../../site/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { fields, table } from '../layout.ts';

/** `pier site show` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const site = await context.site();
  return result({ site }, (shown) => sitePage(shown.site, context.verbose));
}

function sitePage(site: Site, all: boolean): string {
  const known = site.leaves.filter(({ value }) => value !== null && !(Array.isArray(value) && value.length === 0));
  const own = all ? site.leaves : known.filter((leaf) => leaf.profile === site.id);
  const others = site.leaves.length - own.length;
  return [
    fields([
      ['Site', `${site.id}: ${site.name}`],
      ['Chosen by', site.chosenBy],
      ['File', site.file === null ? 'comes with pier' : tilde(site.file)],
    ]),
    own.some((leaf) => leaf.source)
      ? table(['KEY', 'VALUE', 'SOURCE'], own.map(row))
      : table(
          ['KEY', 'VALUE'],
          own.map((leaf) => row(leaf).slice(0, 2)),
        ),
    ...(others > 0 ? [`${others} more are unknown or inherited: pier site show --verbose`] : []),
  ].join('\n\n');
}

function row({ path, value, source, checked }: Leaf): string[] {
  const text = value === null ? 'unknown' : typeof value === 'string' ? value : JSON.stringify(value);
  return [path, text, [source, checked].filter(Boolean).join(', ')];
}
