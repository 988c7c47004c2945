import { findSession, readScript } from '../../sessions/index.ts';
import { type CommandContext, verbatim } from '../command.ts';

export async function run({ words }: CommandContext) {
  const { id } = await findSession(words[0] ?? '');
  const { file, text } = await readScript(id);
  return verbatim({ script: { id, file, text } }, (value) => value.script.text.trimEnd());
}
