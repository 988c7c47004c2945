import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, type Progress } from '../../files/index.ts';
import { commandLine } from '../../shell/index.ts';
import type { Site } from '../../site/index.ts';
import type { CloneStage } from '../back-end.ts';
import { copyTree } from '../copy-tree.ts';
import type { Environment } from '../environment.ts';
import { relocate } from '../relocate.ts';
import { keptLockFile } from './kept-lock.ts';
import { typedUv } from './program.ts';

/**
 * Copies a virtual environment as it is, what was built here or changed by hand included, and has it name its new place.
 *
 * Packages share their files with uv's cache as before, so a copy on the same disk takes few bytes.
 */
export async function clone(_site: Site, source: Environment, stage: CloneStage, progress: Progress): Promise<void> {
  const { prefix, target, signal } = stage;
  const total = source.files;
  const onFiles = (done: number) =>
    progress({ step: 'clone', message: 'Copying files', ...(total && done <= total ? { done, total } : {}) });
  try {
    await copyTree(source.prefix, prefix, { target, signal, onFiles, leaveOut: isOfThePlace });
    await mkdir(path.join(prefix, '.pier'), { recursive: true });
    await copyFile(keptLockFile(source.prefix), keptLockFile(prefix)).catch((error) => {
      if (!['ENOENT', 'EACCES'].includes(errnoOf(error) ?? '')) throw error;
    });
    progress({ step: 'relocate', message: 'Giving scripts their new place' });
    await relocate(
      prefix,
      { prefix: source.prefix, name: source.name },
      { prefix: target, name: path.basename(target) },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw errnoOf(error) === undefined ? error : cannotWrite(prefix, error);
  }
}

/** What belongs to the original alone: pier's own files, and uv's lock. */
function isOfThePlace(relative: string): boolean {
  return relative === '.pier' || relative === '.lock';
}

/** `uv pip freeze | uv pip install -r -`, as a person would type it. */
export async function explainClone(_site: Site, source: Environment, target: string): Promise<string[]> {
  const [uv, old, python] = [
    await typedUv(),
    path.join(source.prefix, 'bin', 'python'),
    path.join(target, 'bin', 'python'),
  ];
  const base = source.python?.version ?? 'python3';
  return [
    commandLine([uv, 'venv', '--relocatable', '--python', base, target]),
    `${commandLine([uv, 'pip', 'freeze', '--python', old])} | ${commandLine([uv, 'pip', 'install', '--compile-bytecode', '--python', python, '-r', '-'])}`,
  ];
}
