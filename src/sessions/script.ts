import { readFile } from 'node:fs/promises';
import { errnoOf, PierError } from '../files/index.ts';
import { readRecords } from './records.ts';
import { attemptFiles } from './store.ts';

/** The script of the session's job, and where it lies. Error: `session-unknown`, `script-missing`. */
export async function readScript(id: string): Promise<{ readonly file: string; readonly text: string }> {
  const { attempt } = await readRecords(id);
  const file = attemptFiles(id, attempt).script;
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new PierError('script-missing', `Session ${id} has no script: it was never started.`, {
      hint: 'pier session list --all',
    });
  }
}
