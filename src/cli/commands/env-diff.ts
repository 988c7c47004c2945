import { type Comparison, diffEnvironments } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { table } from '../layout.ts';

/** `pier env diff A B`: status 1 when they differ, as diff(1) has it. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const [first = '', second = ''] = context.words;
  const diff = await diffEnvironments(await context.site(), first, second);
  return result({ diff }, (shown) => describe(shown.diff), diff.differences.length > 0 ? 1 : 0);
}

function describe({ first, second, differences }: Comparison): string {
  if (differences.length === 0)
    return `${first.name} and ${second.name} have the same Python, packages, modules and variables.`;
  const rows = differences.map((one) => [one.what, one.name, one.first ?? '-', one.second ?? '-']);
  return table(['WHAT', 'NAME', first.name, second.name], rows);
}
