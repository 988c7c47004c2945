import { loadCatalogue } from '../../environments/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';
import { wrap } from '../layout.ts';

/** `pier catalogue show NAME` */
export async function run({ words }: CommandContext): Promise<CommandResult> {
  const catalogue = await loadCatalogue(words[0] ?? '');
  return result({ catalogue }, ({ catalogue: { name, summary, specs } }) =>
    [wrap(`${name}: ${summary}`), specs.map((spec) => `  ${spec}`).join('\n'), `pier env create ${name}`].join('\n\n'),
  );
}
