import { lstatSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, PierError, tilde } from '../files/index.ts';
import { deleteTree } from './discard.ts';
import { packageVersion } from './distributions.ts';
import type { Environment } from './environment.ts';
import { type Kernel, readKernel } from './kernel-list.ts';
import { userKernels } from './kernel-places.ts';
import { kernelName, kernelSpec } from './kernel-spec.ts';

/**
 * Makes an environment a kernel of the person's own, seen by every Jupyter that reads the person's kernels.
 *
 * `where`: the directory of kernels. Again for the same environment, writes it anew. Errors: `kernel-impossible` without
 * ipykernel, with the command that installs it; `kernel-exists`; `cannot-write`.
 */
export async function addKernel(environment: Environment, where = userKernels()): Promise<Kernel> {
  if (!(await packageVersion(environment, 'ipykernel'))) throw withoutIpykernel(environment);
  const other = (name: string) => {
    const there = lstatSync(path.join(where, name), { throwIfNoEntry: false });
    return there !== undefined && readKernel(path.join(where, name))?.environment !== environment.prefix;
  };
  const name = kernelName(environment, other);
  const directory = path.join(where, name);
  if (other(name)) throw exists(directory);
  const text = `${JSON.stringify(await kernelSpec(environment), null, 1)}\n`;
  const { default: writeFileAtomic } = await import('write-file-atomic');
  try {
    await mkdir(directory, { recursive: true });
    await writeFileAtomic(path.join(directory, 'kernel.json'), text, { mode: 0o644 });
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  const made = readKernel(directory);
  if (made) return made;
  throw exists(directory);
}

/** Deletes a kernel's directory, never what a link leads to. */
export async function removeKernel({ directory }: Kernel): Promise<void> {
  const stats = await lstat(directory).catch(() => undefined);
  if (!stats) return;
  if (stats.isDirectory()) await deleteTree(directory);
  else await (await import('node:fs/promises')).rm(directory);
  if (await lstat(directory).catch(() => undefined)) {
    throw new PierError('cannot-write', `${tilde(directory)} could not be deleted.`, { hint: `ls -ld '${directory}'` });
  }
}

function withoutIpykernel({ name, prefix, kind, origin }: Environment): PierError {
  const python = path.join(prefix, 'bin', 'python');
  const install =
    origin === 'owned'
      ? `pier env install ${name} ipykernel`
      : kind === 'conda'
        ? `conda install --prefix '${prefix}' ipykernel`
        : `uv pip install --python '${python}' ipykernel`;
  return new PierError('kernel-impossible', `${name} has no ipykernel, without which it cannot be a kernel.`, {
    hint: install,
  });
}

function exists(directory: string): PierError {
  return new PierError('kernel-exists', `There is another kernel in ${tilde(directory)}.`, {
    hint: `Look at it: cat '${path.join(directory, 'kernel.json')}'`,
  });
}
