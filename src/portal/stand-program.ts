import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** For tests: a program of its own, built as pier is built, to be started as another process. */
export interface Program extends AsyncDisposable {
  /** What starts it. */
  readonly command: readonly [string, string];
}

const root = path.join(import.meta.dirname, '..', '..');

/** Builds a program that has all that the portal's index exports, by name, as `portal`. */
export async function buildProgram(statements: string): Promise<Program> {
  const directory = await mkdtemp(path.join(tmpdir(), 'pier-built-'));
  const [source, index] = [path.join(directory, 'pier.ts'), path.join(import.meta.dirname, 'index.ts')];
  await writeFile(source, `import * as portal from ${JSON.stringify(index)};\n${statements}`);
  const { texts } = await import(path.join(root, 'scripts', 'bundling.mjs'));
  const bundle = await rolldown({
    input: source,
    cwd: root,
    platform: 'node',
    moduleTypes: texts,
    transform: { target: 'node20.19' },
    logLevel: 'silent',
  });
  await bundle.write({
    dir: directory,
    format: 'cjs',
    entryFileNames: 'pier.cjs',
    chunkFileNames: '[name]-[hash].cjs',
  });
  await bundle.close();
  return {
    command: [process.execPath, path.join(directory, 'pier.cjs')],
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
