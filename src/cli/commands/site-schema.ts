import { profileJsonSchema } from '../../site/index.ts';
import { type CommandResult, verbatim } from '../command.ts';

/** `pier site schema`: JSON for a person too, as editors read it from a file; with `--json` under a key of its own. */
export async function run(): Promise<CommandResult> {
  const schema = await profileJsonSchema();
  return verbatim({ schema }, () => JSON.stringify(schema, null, 2));
}
