import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { parse } from 'yaml';

const source = path.join(import.meta.dirname, '..', '..');

export interface BuiltPier extends AsyncDisposable {
  /** A directory with `pier` in it, for PATH. */
  readonly bin: string;
  /** The program. */
  readonly program: string;
  /** Packages of node_modules in each chunk, by file name. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
}

/** Builds this source tree as build.mjs does, without the browser's side, into a directory of its own. */
export async function buildPier(): Promise<BuiltPier> {
  const directory = await mkdtemp(path.join(tmpdir(), 'pier-built-'));
  const { texts } = await import(path.join(source, 'scripts', 'bundling.mjs'));
  const built = await rolldown({
    input: { pier: path.join(source, 'src/cli/main.ts') },
    platform: 'node',
    moduleTypes: texts,
    logLevel: 'silent',
    transform: { target: 'es2022', define: { PIER_VERSION: '"0.0.0-test"' } },
  });
  const { output } = await built.write({
    dir: directory,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
  });
  await built.close();
  for (const folder of ['sites', 'catalogue']) await shipData(folder, directory);
  const program = path.join(directory, 'pier.cjs');
  await mkdir(path.join(directory, 'bin'));
  await writeFile(path.join(directory, 'bin/pier'), `#!/bin/sh\nexec node '${program}' "$@"\n`, { mode: 0o755 });
  const chunks = output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  return {
    bin: path.join(directory, 'bin'),
    program,
    packages: new Map(chunks.map((chunk) => [path.basename(chunk.fileName), packagesOf(chunk.moduleIds)])),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

async function shipData(folder: string, directory: string): Promise<void> {
  await mkdir(path.join(directory, folder));
  for (const name of await readdir(path.join(source, folder))) {
    if (!name.endsWith('.yaml')) continue;
    const value = parse(await readFile(path.join(source, folder, name), 'utf8'));
    await writeFile(path.join(directory, folder, name.replace(/yaml$/, 'json')), JSON.stringify(value));
  }
}

function packagesOf(modules: readonly string[]): string[] {
  const names = modules.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  return [...new Set(names)];
}
