import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { activationDirectory } from './activation/files.ts';
import type { Environment } from './environment.ts';

/** `kernel.json`, as Jupyter's documentation of kernel specs has it. */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Starts the environment's Python in an activated shell: `bash -c '. FILE && exec python -m ipykernel_launcher …'`, which
 * leaves the modules of the Jupyter that it is a kernel of.
 *
 * exec, because Jupyter interrupts the process that it started.
 */
export async function kernelSpec(environment: Environment): Promise<KernelSpec> {
  const { prefix, name, python } = environment;
  const script = path.join(await activationDirectory(environment), 'activate.sh');
  const shell = ['/bin/bash', '/usr/bin/bash'].find((file) => existsSync(file)) ?? '/bin/sh';
  const start = [path.join(prefix, 'bin', 'python'), '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
  const version = python ? ` (Python ${python.version})` : '';
  return {
    argv: [shell, '-c', '_pier_kernel=1; . "$0" >&2 && exec "$@"', script, ...start],
    display_name: `${name.replace(/\p{C}/gu, '?')}${version}`,
    language: 'python',
    metadata: { debugger: true, pier: { prefix, name } },
  };
}

/** What Jupyter calls it: letters, digits and `-_.` only. `taken` says that another environment has the short one. */
export function kernelName(
  { name, prefix }: Pick<Environment, 'name' | 'prefix'>,
  taken: (name: string) => boolean,
): string {
  const short = `pier-${name
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .slice(0, 60)}`;
  const exact = /^[a-z0-9._-]{1,60}$/i.test(name);
  return exact && !taken(short) ? short : `${short}-${createHash('sha256').update(prefix).digest('hex').slice(0, 8)}`;
}
