import path from 'node:path';
import { type RunResult, run } from '../../src/process/index.ts';
import { realUv, uvCache } from '../uv.ts';
import { here, python } from './channel.ts';

export interface Installation {
  readonly channel: string;
  readonly prefix: string;
  /** Where the prefix will be moved to; else it stays. */
  readonly movedTo?: string;
  /** The channel's address in the environment's records, else the real one. */
  readonly recordedAs?: string;
  /** Where packages are kept, unpacked: files of the prefix are hard links to it where they can be. */
  readonly cache: string;
  readonly specs: readonly string[];
}

/** Makes a conda environment with py-rattler, on its own; 1 and what the solver says when it cannot. */
export async function install({
  channel,
  prefix,
  movedTo,
  recordedAs,
  cache,
  specs,
}: Installation): Promise<RunResult> {
  const script = path.join(here, 'install.py');
  const args = ['run', '--quiet', '--no-project', '--python', python, '--script', script];
  const env = { ...process.env, UV_CACHE_DIR: uvCache, PYTHONDONTWRITEBYTECODE: '1' };
  const words = [...args, channel, recordedAs ?? channel, prefix, movedTo ?? prefix, cache, ...specs];
  return run(await realUv(), words, { timeoutMs: 300_000, env });
}
