import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exportEnvironment } from '../../environments/index.ts';
import { cannotWrite, tilde } from '../../files/index.ts';
import { type CommandContext, type CommandResult, verbatim } from '../command.ts';

/** `pier env export NAME`: on standard output, or into a file. */
export async function run(context: CommandContext): Promise<CommandResult> {
  const { words, options, progress } = context;
  const site = await context.site();
  const asked = options.value('format');
  const { format, text, leftOut } = await exportEnvironment(site, words[0] ?? '', asked, progress);
  if (leftOut.length > 0) context.note(`The file has no place for the modules it needs: --module ${leftOut.join(',')}`);
  const output = options.value('output');
  const file = output === undefined ? null : path.resolve(output);
  if (file !== null) await write(file, text);
  return verbatim({ export: { format, file, text } }, (shown) =>
    shown.export.file === null ? shown.export.text.trimEnd() : `Written to ${tilde(shown.export.file)}.`,
  );
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
