import { checkProfile, problemLine } from '../../site/index.ts';
import { type CommandContext, type CommandResult, result } from '../command.ts';

/** `pier site check FILE`: status 1 when something is wrong. */
export async function run({ words }: CommandContext): Promise<CommandResult> {
  const check = await checkProfile(words[0] ?? '');
  return result(
    { check },
    (shown) => shown.check.problems.map(problemLine).join('\n') || `${shown.check.file} is a right site profile.`,
    check.problems.length > 0 ? 1 : 0,
  );
}
