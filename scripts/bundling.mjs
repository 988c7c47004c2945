// How what Node runs is bundled; build.mjs and the tests share it.
import path from 'node:path';

/** What `pier env list` needs is one file, with what these import at their tops; docs/decisions.md has why. */
const everyday = [
  'src/cli/parse.ts',
  'src/cli/perform.ts',
  'src/cli/commands/env-list.ts',
  'src/environments/list.ts',
  'src/site/load.ts',
];

/**
 * Code of other languages that src/ imports as text, for `moduleTypes` of rolldown.
 *
 * @type {Record<string, 'text'>}
 */
export const texts = { '.sh': 'text', '.fish': 'text', '.csh': 'text', '.awk': 'text', '.py': 'text' };

/**
 * Options of rolldown for the program in a source tree, and for its output.
 *
 * @param {string} root
 * @param {string} version
 * @returns {{ input: import('rolldown').InputOptions, output: import('rolldown').OutputOptions }}
 */
export function forNode(root, version) {
  return {
    input: {
      input: { pier: path.join(root, 'src/cli/main.ts') },
      platform: 'node',
      moduleTypes: texts,
      transform: { target: 'node20.19', define: { PIER_VERSION: JSON.stringify(version) } },
      plugins: [{ name: 'ascii', generateBundle: writeEverydayInAscii }],
      // Nothing in src/ does anything when it is imported, so a room's index brings along only what is asked of it.
      treeshake: { moduleSideEffects: [{ test: /\/src\/.*\.ts$/, sideEffects: false }] },
    },
    output: {
      format: 'cjs',
      // import() of Node's own modules too becomes require(): a script that V8's cache is used for has no import().
      dynamicImportInCjs: false,
      minify: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name]-[hash].cjs',
      codeSplitting: {
        groups: [{ name: groupOf(everyday.map((file) => path.join(root, file))), debugName: 'everyday' }],
      },
    },
  };
}

/**
 * One letter outside ASCII, such as an apostrophe in a message, and V8 keeps all of a file's text in twice the memory.
 * What is imported there has such letters in strings, plain templates and patterns only.
 *
 * @param {unknown} _options
 * @param {import('rolldown').OutputBundle} bundle
 */
function writeEverydayInAscii(_options, bundle) {
  for (const chunk of Object.values(bundle)) {
    if (chunk.type !== 'chunk' || chunk.name !== 'everyday') continue;
    chunk.code = chunk.code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  }
}

/** @param {readonly string[]} roots */
function groupOf(roots) {
  /** @type {Set<string> | undefined} */
  let group;
  return (/** @type {string} */ id, /** @type {import('rolldown').ChunkingContext} */ context) => {
    group ??= closure(roots, (module) => context.getModuleInfo(module)?.importedIds ?? []);
    return group.has(id) ? 'everyday' : null;
  };
}

/**
 * Modules with what they import at their tops. A room's index is not followed: it names far more than one command needs,
 * and the bundler adds what is really used.
 *
 * @param {readonly string[]} roots
 * @param {(module: string) => readonly string[]} importsOf
 */
function closure(roots, importsOf) {
  const seen = new Set(roots);
  for (const module of seen) {
    if (path.basename(module) !== 'index.ts') for (const imported of importsOf(module)) seen.add(imported);
  }
  return seen;
}
