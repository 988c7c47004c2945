import { checkProfile, problemLine } from '../../site/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';

/** `pier site check [FILE]`: status 1 when something is wrong; without a file, the profile in force. */
export async function run({ words, site }: CommandContext): Promise<CommandResult> {
  const file = words[0] ?? (await site()).file;
  if (file === null) {
    const { id } = await site();
    return result({ check: { file: null, id, problems: [] } }, () => `${id} comes with pier, and was checked with it.`);
  }
  const check = await checkProfile(file);
  return result(
    { check },
    (shown) => shown.check.problems.map(problemLine).join('\n') || `${shown.check.file} is a right site profile.`,
    check.problems.length > 0 ? 1 : 0,
  );
}
