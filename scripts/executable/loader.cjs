// The single executable's main script: Node gives it nothing but its own modules to require, so it loads pier's chunks
// itself, from the assets inside, with the code that V8 compiled when the executable was built.
const { posix } = require('node:path');
const { Script, constants } = require('node:vm');

/**
 * Loads and runs a module and what it requires.
 *
 * @typedef {{
 *   directory: string,
 *   read: (name: string) => string,
 *   compiled: (name: string) => Buffer | undefined,
 *   seen?: (name: string, script: Script) => void,
 * }} Source `directory` is where the modules believe that they are.
 * @param {string} entry
 * @param {Source} source
 */
function load(entry, { directory, read, compiled, seen }) {
  const modules = new Map();

  function loadOnce(name) {
    const known = modules.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const script = compile(name, read(name), compiled(name));
    seen?.(name, script);
    const requireFrom = (wanted) =>
      wanted.startsWith('.') ? loadOnce(posix.join(posix.dirname(name), wanted)) : require(wanted);
    const file = posix.join(directory, name);
    script.runInThisContext()(module.exports, requireFrom, module, file, posix.dirname(file));
    return module.exports;
  }

  return loadOnce(entry);
}

/**
 * @param {string} name
 * @param {string} text
 * @param {Buffer | undefined} cachedData
 */
function compile(name, text, cachedData) {
  // On the line of the text's own first line, as Node itself does it.
  const body = text.startsWith('#!') ? `//${text}` : text;
  return new Script(`(function (exports, require, module, __filename, __dirname) {${body}\n})`, {
    filename: `pier:${name}`,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

module.exports = { load, compile };

const sea = require('node:sea');
if (sea.isSea()) {
  // Bytes without a copy of them.
  const bytes = (name) => Buffer.from(sea.getRawAsset(name));
  load('pier.cjs', {
    // Nothing can ever be there, for this is a file.
    directory: process.execPath,
    read: (name) => bytes(name).toString(),
    compiled: (name) => bytes(`${name}.compiled`),
  });
}
