import { writeSync } from 'node:fs';

/** One line of pier's own in the session's log, which the agent's output goes to. A log that is full gets none. */
export function logLine(text: string): void {
  try {
    writeSync(2, `pier: ${text}\n`);
  } catch {
    // there is nowhere left to say it
  }
}
