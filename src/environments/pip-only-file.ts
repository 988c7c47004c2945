import type { CreateRequest } from './environment.ts';
import type { RequestFile } from './request-file.ts';

/** An environment.yml as uv can make it, without conda. */
export interface PipOnly {
  readonly specs: readonly string[];
  /** Such as `3.12`; null when the file leaves it open. */
  readonly python: string | null;
}

/**
 * What an environment.yml asks for when it names no channel and, besides pip's part, Python alone: nothing in it needs
 * conda. Undefined for any other file, and for one that a person wants made by conda.
 */
export function pipOnly(file: RequestFile | null, { backEnd, channels = [] }: CreateRequest): PipOnly | undefined {
  if (file?.kind !== 'environment' || backEnd === 'conda') return undefined;
  if (file.channels.length + channels.length + Object.keys(file.variables).length > 0) return undefined;
  // Lines such as `-r more.txt` are for pip's own reader.
  if (file.pip.length === 0 || file.pip.some((line) => line.startsWith('-'))) return undefined;
  const others = file.specs.filter((spec) => spec !== 'pip' && spec !== 'python');
  const versions = others.map((spec) => /^python\s*={1,2}\s*(\d+\.\d+(?:\.\d+)?)(?:\.\*)?$/.exec(spec)?.[1]);
  if (versions.some((version) => version === undefined) || versions.length > 1) return undefined;
  return { specs: file.pip, python: versions[0] ?? null };
}
