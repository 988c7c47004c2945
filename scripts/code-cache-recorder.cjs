// Loaded before pier by scripts/code-cache.mjs: at exit, writes what V8 compiled of each chunk into PIER_RECORD_INTO.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const scripts = new Map();

require.extensions['.cjs'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8').replace(/^#!/, '//');
  // The very text of `wrap` in src/cli/code-cache.ts.
  const wrapped = `(function (exports, require, module, __filename, __dirname) { ${source}\n});`;
  const script = new Script(wrapped, { filename });
  if (path.basename(path.dirname(filename)) === 'chunks') scripts.set(path.basename(filename), script);
  const load = (id) => module.require(id);
  script.runInThisContext()(module.exports, load, module, filename, path.dirname(filename));
};

process.on('exit', () => {
  mkdirSync(process.env.PIER_RECORD_INTO, { recursive: true });
  for (const [name, script] of scripts) {
    writeFileSync(path.join(process.env.PIER_RECORD_INTO, name), script.createCachedData());
  }
});
