import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
// By name, since all of node:path together would need the bundler's runtime, a file of its own to load.
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** What the file begins with, in so many bytes of JSON: for which Node it is, and where each chunk's part lies. */
interface Header {
  readonly node: string;
  readonly chunks: Readonly<Record<string, readonly [offset: number, length: number]>>;
}

export interface CodeCache extends Disposable {
  /** What V8 made of a chunk when pier was built; undefined when it is not in there. */
  readonly of: (chunk: string) => Buffer | undefined;
}

/** Name of the file beside the program; scripts/code-cache.mjs writes it. */
export const codeCacheFile = 'code-cache';

/** Undefined when there is none, or when it is not for this Node. */
export function openCodeCache(file: string): CodeCache | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const size = read(descriptor, 0, 4).readUInt32LE();
    const header: Header = JSON.parse(read(descriptor, 4, size).toString('utf8'));
    if (header.node === nodeBuild()) return opened(descriptor, header, 4 + size);
  } catch {
    // none, or a damaged one: then Node compiles the chunks as always
  }
  if (descriptor !== undefined) closeSync(descriptor);
  return undefined;
}

function opened(descriptor: number, { chunks }: Header, from: number): CodeCache {
  return {
    of: (chunk) => {
      const part = chunks[chunk];
      return part && read(descriptor, from + part[0], part[1]);
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

function read(descriptor: number, from: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  if (readSync(descriptor, buffer, 0, length, from) < length) throw new Error('cut short');
  return buffer;
}

/** V8 refuses another version's data by itself; this spares reading them. */
export function nodeBuild(): string {
  return `${process.version} ${process.platform} ${process.arch}`;
}

/**
 * Makes Node take what V8 compiled when pier was built for pier's own chunks, instead of compiling them at every start.
 *
 * Node 22 has module.enableCompileCache() for this; Node 20 has not. Whatever V8 refuses is compiled anew.
 */
export function useCodeCache(directory: string): void {
  const cache = openCodeCache(join(directory, codeCacheFile));
  if (!cache) return;
  // Built, this is CommonJS. node:module has the same, and loads half of Node's own loader of ES modules.
  require.extensions['.cjs'] = (module, filename) => {
    const source = readFileSync(filename, 'utf8');
    const cachedData = dirname(dirname(filename)) === directory ? cache.of(basename(filename)) : undefined;
    const script = new Script(wrap(source), { filename, ...(cachedData ? { cachedData } : {}) });
    const require = (id: string) => module.require(id);
    script.runInThisContext()(module.exports, require, module, filename, dirname(filename));
  };
}

/** As Node's own loader does; V8 knows its data by the length of this very text. */
export function wrap(source: string): string {
  return `(function (exports, require, module, __filename, __dirname) { ${source}\n});`;
}
