import { promises } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { errnoOf, PierError } from './error.ts';
import { cannotWrite } from './record.ts';

/** A directory of our own among temporary files. Error: `cannot-write`, which says how to name another place. */
export async function makeTemporaryDirectory(beginning: string): Promise<string> {
  try {
    return await promises.mkdtemp(path.join(tmpdir(), beginning));
  } catch (error) {
    throw cannotWriteTemporary(error);
  }
}

/** What failed while temporary files were written; any other error as it is. */
export function cannotWriteTemporary(error: unknown): unknown {
  if (error instanceof PierError || errnoOf(error) === undefined) return error;
  const place = tmpdir();
  const why = errnoOf(error) === 'ENOENT' ? 'it is not there' : undefined;
  const { message } = cannotWrite(place, why ? new Error(why) : error);
  return new PierError('cannot-write', `${message.replace(/\.$/, '')}; temporary files go there.`, {
    cause: error,
    hint: `Free some space there (df -h '${place}'), or name another directory: export TMPDIR=DIRECTORY`,
  });
}

/** The error for a disk that took no more, wherever that was noticed; undefined for any other error. */
export function diskError(error: unknown): PierError | undefined {
  if (error instanceof PierError || !['ENOSPC', 'EDQUOT', 'EROFS'].includes(errnoOf(error) ?? '')) return undefined;
  const { path: file } = error as { path?: unknown };
  return new PierError('cannot-write', cannotWrite(typeof file === 'string' ? file : 'a file', error).message, {
    cause: error,
    hint: 'Free some space or files (df -h and df -i show where; temporary files go to TMPDIR), then try again.',
  });
}
