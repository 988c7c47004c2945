// Run by the Node that will be in the executable: compiles pier's chunks, and keeps what V8 made of them. A command is
// run first, since V8 compiles a function when it is called; what it keeps then are the functions that the command uses.
//   node compile.cjs BUILD OUT COMMAND...
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { compile, load } = require('./loader.cjs');

const [build, out, ...command] = process.argv.slice(2);
const read = (name) => readFileSync(path.join(build, name), 'utf8');
const scripts = new Map();

process.on('exit', () => {
  const names = readdirSync(build, { recursive: true }).filter((name) => name.endsWith('.cjs'));
  for (const name of command.length > 0 ? scripts.keys() : names) {
    const file = path.join(out, `${name}.compiled`);
    if (existsSync(file)) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, (scripts.get(name) ?? compile(name, read(name))).createCachedData());
  }
});

if (command.length > 0) {
  process.argv = [process.argv[0], path.join(build, 'pier.cjs'), ...command];
  load('pier.cjs', {
    directory: build,
    read,
    compiled: () => undefined,
    seen: (name, script) => scripts.set(name, script),
  });
}
