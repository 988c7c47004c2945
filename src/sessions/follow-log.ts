import { type FileFollower, followFile } from './follow-file.ts';
import { readTail } from './log.ts';
import { attemptFiles } from './store.ts';

/** Gives what is new in a session's log, each line once. */
export interface LogFollower {
  /**
   * The lines that came since the last call; `attempt` is the one that serves the session now, and `over` says that nothing
   * comes any more.
   */
  readonly lines: (attempt: number, over: boolean) => AsyncGenerator<string>;
}

/** Follows the log of a session from its last 64 KB on, and into the log of each attempt that serves it later. */
export function followLog(id: string): LogFollower {
  let at = 0;
  let follower: FileFollower | undefined;
  return {
    async *lines(attempt, over) {
      if (!follower) {
        at = await newestThatSays(id, attempt);
        follower = followFile(attemptFiles(id, at).log, 'tail');
      }
      for (; at < attempt; at++) {
        yield* follower.lines(true);
        follower = followFile(attemptFiles(id, at + 1).log, 'beginning');
      }
      yield* follower.lines(over);
    },
  };
}

/** The newest attempt whose log says something: a follow-on job that has not begun has written nothing. */
export async function newestThatSays(id: string, newest: number): Promise<number> {
  for (let attempt = newest; attempt > 1; attempt--) {
    if ((await readTail(attemptFiles(id, attempt).log, 1)) !== '') return attempt;
  }
  return 1;
}
