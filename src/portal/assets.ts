import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface Asset {
  readonly type: string;
  readonly text: string;
}

/**
 * The directory of the browser's side, as it was built: `dist/web`, found from `dist/pier.cjs`, `dist/chunks/*.cjs`
 * or the source tree. Undefined when it was never built.
 */
export function builtDirectory(): string | undefined {
  const candidates = ['web', '../web', '../../dist/web'].map((up) => path.join(import.meta.dirname, up));
  return candidates.find((directory) => existsSync(path.join(directory, 'sign-in.js')));
}

/** One built file by its plain name; undefined for everything else. */
export async function readAsset(directory: string | undefined, name: string): Promise<Asset | undefined> {
  const type = types[path.extname(name)];
  if (!directory || !type || !/^[\w-][\w.-]*$/.test(name)) return undefined;
  const text = await readFile(path.join(directory, name), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { type, text };
}
