// Loaded before pier by scripts/code-cache.mjs: at exit, writes what V8 compiled of each chunk into PIER_RECORD_INTO.
// What an earlier run wrote there is taken first, so that in the end every function is in it that any run called.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { Script } = require('node:vm');

const scripts = new Map();

require.extensions['.cjs'] = (module, filename) => {
  const source = readFileSync(filename, 'utf8').replace(/^#!/, '//');
  // The very text of `wrap` in src/cli/code-cache.ts.
  const wrapped = `(function (exports, require, module, __filename, __dirname) { ${source}\n});`;
  const record = path.join(process.env.PIER_RECORD_INTO, path.basename(filename));
  const isChunk = path.basename(path.dirname(filename)) === 'chunks';
  const known = isChunk && existsSync(record) ? { cachedData: readFileSync(record) } : {};
  const script = new Script(wrapped, { filename, ...known });
  if (isChunk) scripts.set(record, script);
  const load = (id) => module.require(id);
  script.runInThisContext()(module.exports, load, module, filename, path.dirname(filename));
};

process.on('exit', () => {
  for (const [record, script] of scripts) writeFileSync(record, script.createCachedData());
});
