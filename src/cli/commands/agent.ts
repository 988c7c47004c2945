import { PierError } from '../../files/index.ts';
import { cleanUpAfterAgent, relay, runAgent } from '../../sessions/index.ts';
import type { CommandContext } from '../command.ts';

/** What a session's job script runs: the agent, or with `--after STATUS` the cleaning up behind it; with `--relay` the far side of a way through Slurm. */
export async function run({ words, options, onInterrupt }: CommandContext): Promise<undefined> {
  const [id = ''] = words;
  if (options.flag('relay')) {
    await relay(id);
    return undefined;
  }
  const attempt = Number(options.value('attempt'));
  if (!Number.isSafeInteger(attempt) || attempt < 1) throw new PierError('usage', 'pier agent needs --attempt N.');
  const after = options.value('after');
  // The agent ends on signals by itself, and takes the time that Jupyter needs.
  using _signals = onInterrupt(() => {});
  if (after === undefined) await runAgent(id, attempt);
  else await cleanUpAfterAgent(id, Number(after));
}
