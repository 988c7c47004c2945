import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readShippedText } from '../files/index.ts';

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface Asset {
  readonly type: string;
  readonly text: string;
}

/**
 * One file of the browser's side by its plain name, as it was built, or out of another directory; undefined for
 * everything else, and when it was never built.
 */
export async function readAsset(directory: string | undefined, name: string): Promise<Asset | undefined> {
  const type = types[path.extname(name)];
  if (!type || !/^[\w-][\w.-]*$/.test(name)) return undefined;
  try {
    const text = directory ? await readFile(path.join(directory, name), 'utf8') : readShippedText('web', name);
    return text === undefined ? undefined : { type, text };
  } catch {
    return undefined;
  }
}
