import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type InputOptions, type OutputOptions, rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../process/index.ts';

// Every package that is evaluated costs every start; docs/decisions.md has the figures.
const source = path.join(import.meta.dirname, '..', '..');
let home: string;
let program: string;
/** Packages of node_modules in each chunk, by file name. */
let packages: ReadonlyMap<string, readonly string[]>;
/** The chunk that `env list` is in. */
let everyday: string;
/** Chunks in which an import() is left. */
let importing: string[];

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'pier-home-'));
  const directory = path.join(home, 'dist');
  const { forNode } = await import(path.join(source, 'scripts/bundling.mjs'));
  const { shipSites } = await import(path.join(source, 'scripts/ship-data.mjs'));
  const { input, output }: { input: InputOptions; output: OutputOptions } = forNode(source, '0.0.0-test');
  const built = await rolldown({ ...input, logLevel: 'silent' });
  const written = await built.write({ ...output, dir: directory });
  await built.close();
  await shipSites(path.join(source, 'sites'), path.join(directory, 'sites'));
  program = path.join(directory, 'pier.cjs');
  const chunks = written.output.flatMap((file) => (file.type === 'chunk' ? [file] : []));
  importing = chunks.filter(({ code }) => /\bimport\(/.test(code)).map(({ fileName }) => fileName);
  everyday = chunks.find(({ name }) => name === 'everyday')?.code ?? '';
  packages = new Map(chunks.map((chunk) => [path.basename(chunk.fileName), chunk.moduleIds.flatMap(packageOf)]));
});

afterAll(() => rm(home, { recursive: true }));

function packageOf(module: string): string[] {
  const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1];
  return name ? [name] : [];
}

/** The files of pier that a run of it evaluates. */
async function filesLoaded(...args: readonly string[]): Promise<string[]> {
  const list = path.join(home, 'loaded');
  const recorder = path.join(home, 'recorder.cjs');
  await writeFile(
    recorder,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(list)}, Object.keys(require.cache).join('\\n')))`,
  );
  const { exitCode, stderr } = await run(process.execPath, ['--require', recorder, program, ...args], {
    env: { PATH: process.env.PATH, HOME: home },
    timeoutMs: 10_000,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const files = (await readFile(list, 'utf8')).split('\n').map((file) => path.basename(file));
  return files.filter((file) => packages.has(file));
}

/** The packages of node_modules that a run of pier evaluates. */
async function packagesLoaded(...args: readonly string[]): Promise<string[]> {
  const files = await filesLoaded(...args);
  return [...new Set(files.flatMap((file) => packages.get(file) ?? []))].sort();
}

test('--version evaluates no package at all', async () => {
  expect(await packagesLoaded('--version')).toEqual([]);
  expect(await packagesLoaded('--version', '--json')).toEqual([]);
});

/** Small, and part of files/: the XDG directories. */
const ofFiles = ['env-paths', 'is-safe-filename'];

test('completion evaluates only what files/ is made of', async () => {
  expect(await packagesLoaded('__complete', '--', 'env', '')).toEqual(ofFiles);
  expect(await packagesLoaded('__complete', '--', 'exec', '-e', '')).toEqual(ofFiles);
});

test('so does a command that is plainly right', async () => {
  expect(await packagesLoaded('env', 'list')).toEqual(ofFiles);
  expect(await packagesLoaded('env', 'list', '--json', '--site', 'local')).toEqual(ofFiles);
  expect(await packagesLoaded('session', 'list')).toEqual(ofFiles);
});

test('help and mistakes evaluate commander besides', async () => {
  expect(await packagesLoaded('env', 'list', '--help')).toEqual(['commander', ...ofFiles]);
});

test('what lists environments is in three files: each more costs half a millisecond', async () => {
  const files = (await filesLoaded('env', 'list')).map((file) => file.replace(/-.{8}\.cjs$/, ''));
  expect(files.sort()).toEqual(['everyday', 'pier.cjs', 'rolldown-runtime']);
});

test('of Node, only what is small: streams, sockets and promises of files cost milliseconds', async () => {
  for (const stdout of ['/dev/null', path.join(home, 'a file')]) {
    const script = 'exec "$0" --require "$1" "$2" env list >"$3"';
    const recorder = path.join(home, 'modules.cjs');
    await writeFile(recorder, `process.on('exit', () => process._rawDebug(process.moduleLoadList.join('\\n')))`);
    const { stderr } = await run('sh', ['-c', script, process.execPath, recorder, program, stdout], {
      env: { PATH: process.env.PATH, HOME: home },
      timeoutMs: 10_000,
    });
    const loaded = stderr.split('\n').map((line) => line.replace('NativeModule ', ''));
    expect(loaded).toContain('vm');
    const dear = ['fs/promises', 'internal/fs/promises', 'net', 'stream', 'tty', 'module', 'child_process', 'crypto'];
    expect(loaded.filter((name) => dear.includes(name))).toEqual([]);
  }
});

test('the text of what lists environments takes a byte a letter', () => {
  expect(everyday).toMatch(/^[\0-\x7f]+$/);
});

test('no chunk has import() in it, which scripts of V8’s cache cannot do', () => {
  expect(importing).toEqual([]);
});
