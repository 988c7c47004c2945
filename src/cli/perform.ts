import { PierError } from '../files/index.ts';
import { type CommandResult, type CommandRow, type Options, result } from './command.ts';
import { makeContext } from './context.ts';
import { catchInterrupts } from './interrupt.ts';
import { printResult } from './print.ts';

/** Runs the command that was asked for, prints its answer, and gives back the exit status. */
export async function perform(row: CommandRow, words: readonly string[], options: Options): Promise<number> {
  if (options.value('host') !== undefined) {
    throw new PierError('not-there-yet', '--host is not there yet: pier cannot ask another machine.', {
      hint: `ssh ${options.value('host')} pier ${row.path}`,
    });
  }
  if (options.flag('explain') && !row.explains) {
    printResult(noExplanation(row), options.flag('json'));
    return 0;
  }
  const context = makeContext(words, options);
  catchInterrupts(context.shown.clear);
  try {
    const command = await row.load();
    const result = await command.run(context);
    if (result) context.answer(result);
    return result?.exitStatus ?? 0;
  } finally {
    context.shown.clear();
  }
}

/** It must not be run either: a person asked to see, not to do. */
function noExplanation({ path }: CommandRow): CommandResult {
  const name = `pier ${path}`.trim();
  return result({ commands: [] }, () => `There is no one command to do by hand what ${name} does. Nothing was done.`);
}
