import { existsSync } from 'node:fs';
import path from 'node:path';
import { userKernels } from './kernel-places.ts';
import { namesAt, readSmallFile } from './small-file.ts';

/** One kernel that Jupyter offers a person everywhere, because it is among the person's own. */
export interface Kernel {
  readonly name: string;
  readonly title: string;
  readonly directory: string;
  /** Prefix of the environment it was made for by pier; null for one that something else made. */
  readonly environment: string | null;
  readonly state: 'ok' | 'stale';
  /** Why it is stale, in plain words. */
  readonly reason: string | null;
}

/** A person's own kernels, sorted by name; starts no program. */
export function listKernels(): Kernel[] {
  const place = userKernels();
  return (namesAt(place) ?? []).sort().flatMap((name) => readKernel(path.join(place, name)) ?? []);
}

/** undefined where there is no `kernel.json` that can be read. */
export function readKernel(directory: string): Kernel | undefined {
  const text = readSmallFile(path.join(directory, 'kernel.json'));
  const spec = text === undefined ? undefined : parse(text);
  if (!spec) return undefined;
  const name = path.basename(directory);
  const environment = prefixOf(spec);
  const reason = whyStale(spec, environment);
  const title = typeof spec.display_name === 'string' ? spec.display_name : name;
  return { name, title, directory, environment, state: reason ? 'stale' : 'ok', reason };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function prefixOf({ metadata }: Record<string, unknown>): string | null {
  const pier = (metadata as { pier?: { prefix?: unknown } } | null | undefined)?.pier;
  return typeof pier?.prefix === 'string' && path.isAbsolute(pier.prefix) ? pier.prefix : null;
}

function whyStale({ argv }: Record<string, unknown>, environment: string | null): string | null {
  if (environment && !existsSync(path.join(environment, 'bin', 'python')))
    return `There is no environment at ${environment}.`;
  const words = Array.isArray(argv) ? argv.filter((word): word is string => typeof word === 'string') : [];
  const [program = ''] = words;
  if (path.isAbsolute(program) && !existsSync(program)) return `There is no ${program}.`;
  const script = words[3];
  return environment && script && !existsSync(script) ? `There is no ${script}.` : null;
}
