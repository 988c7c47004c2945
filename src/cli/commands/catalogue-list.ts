import { listCatalogue } from '../../environments/index.ts';
import { type CommandResult, result } from '../command.ts';
import { table } from '../layout.ts';

/** `pier catalogue list` */
export async function run(): Promise<CommandResult> {
  const catalogues = await listCatalogue();
  return result({ catalogues }, (shown) =>
    table(
      ['NAME', 'PACKAGES', 'FOR'],
      shown.catalogues.map(({ name, specs, summary }) => [name, String(specs.length), summary]),
      { right: ['PACKAGES'] },
    ),
  );
}
