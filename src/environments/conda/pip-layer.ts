import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError, type Progress } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import { stageVariable } from '../orphans.ts';
import { neutralDirectory, type Uv, uvError, uvVariables } from '../uv-program.ts';
import { layersOf } from './layers.ts';

export interface LayerPlace {
  readonly prefix: string;
  /** A directory for lists that are only needed meanwhile. */
  readonly stage: string;
  /** By what left over programs are found. */
  readonly mark: string;
}

/**
 * Installs pip's layer on top of conda's packages: `uv pip install --python PREFIX/bin/python -r LIST -c CONDAS`.
 *
 * What conda installed is a constraint: a requirement that would replace one of its packages is an error instead of two
 * owners of the same files. Bytecode is the caller's. Errors: those of uv.
 */
export async function installPipLayer(
  site: Site,
  uv: Uv,
  { prefix, stage, mark }: LayerPlace,
  requirements: readonly string[],
  directory: string | null,
  progress: Progress,
): Promise<void> {
  progress({ step: 'pip', message: 'Installing what pip is asked for' });
  const [list, constraints] = [path.join(stage, 'pip.txt'), path.join(stage, 'conda.txt')];
  await writeFile(list, requirements.map((line) => `${line}\n`).join(''));
  await writeFile(
    constraints,
    layersOf(prefix)
      .conda.map(({ name, version }) => `${name}==${version}\n`)
      .join(''),
  );
  const python = path.join(prefix, 'bin', 'python');
  const args = ['pip', 'install', '--python', python, '--break-system-packages', '--requirements', list];
  const result = await run(uv.file, [...args, '--constraints', constraints], {
    cwd: directory ?? neutralDirectory,
    env: { ...uvVariables(site, uv), ...stageVariable(mark) },
    timeoutMs: 4 * 3_600_000,
  });
  if (result.exitCode !== 0) throw explained(uvError(result, 'Cannot install what pip is asked for'));
}

/** uv does not say whose constraint it is. */
function explained(error: PierError): PierError {
  if (error.code !== 'packages-unresolvable') return error;
  const whose = 'What conda installed stays as it is: another version of it is to be asked of conda.';
  return new PierError(error.code, `${error.message}\n${whose}`, {
    cause: error,
    ...(error.hint ? { hint: error.hint } : {}),
  });
}
