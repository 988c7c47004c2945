import { findSession, isLive, readLog, readSession } from '../../sessions/index.ts';
import { type CommandContext, verbatim } from '../command.ts';

/** Milliseconds between two looks at a log that is followed. */
const lookEvery = 500;

export async function run(context: CommandContext) {
  const { id } = await findSession(context.words[0] ?? '');
  const log = await readLog(id);
  if (!context.options.flag('follow') || context.json)
    return verbatim({ log: { id, text: log } }, (value) => value.log.text);
  await follow(context, id);
  return undefined;
}

async function follow({ line, onInterrupt }: CommandContext, id: string): Promise<void> {
  let over = false;
  using _signals = onInterrupt(() => {
    over = true;
  });
  let shown: string[] = [];
  while (!over) {
    const live = isLive(await readSession(id));
    const lines = (await readLog(id, 5000)).split('\n');
    for (const text of newLines(shown, lines)) line(text);
    shown = lines;
    if (!live) return;
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
}

/** What stands after the last line that was shown; all of it when that line has left the tail. */
function newLines(shown: readonly string[], lines: readonly string[]): readonly string[] {
  const last = shown.at(-1);
  return last === undefined ? lines : lines.slice(lines.lastIndexOf(last) + 1);
}
