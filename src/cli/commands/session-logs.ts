import { findSession, followLog, isLive, readLog, readSession } from '../../sessions/index.ts';
import { type CommandContext, verbatim } from '../command.ts';

/** Milliseconds between two looks at a log that is followed. */
const lookEvery = 500;

/** A log is not kept waiting by a Slurm that does not answer. */
const inPassing = { patienceMs: 1000 };

export async function run(context: CommandContext) {
  const { id } = await findSession(context.words[0] ?? '');
  if (context.options.flag('follow') && !context.json) {
    await follow(context, id);
    return undefined;
  }
  return verbatim({ log: { id, text: await readLog(id) } }, (value) => value.log.text);
}

async function follow({ line, onInterrupt }: CommandContext, id: string): Promise<void> {
  let interrupted = false;
  using _signals = onInterrupt(() => {
    interrupted = true;
  });
  const log = followLog(id);
  while (!interrupted) {
    // Asked first: what was written before the end is read after it.
    const session = await readSession(id, inPassing);
    const over = !isLive(session);
    for await (const text of log.lines(session.attempt, over)) line(text);
    if (over) return;
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
}
