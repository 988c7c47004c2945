// npm run build:exe [-- --node PROGRAM]: pier in one file, dist-exe/pier, which needs no Node where it runs.
// Node's single executable form (https://nodejs.org/api/single-executable-applications.html): a Node with a note in it
// that has pier's chunks, what V8 made of them, and what pier ships besides code.
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { runs } from '../code-cache.mjs';
import { withNote } from './elf-note.mjs';

const here = import.meta.dirname;
const root = path.join(here, '..', '..');
const build = path.join(root, 'dist');
const out = path.join(root, 'dist-exe');

const { node } = parseArgs({ options: { node: { type: 'string', default: process.execPath } } }).values;

const run = promisify(execFile);
const work = await mkdtemp(path.join(tmpdir(), 'pier-executable-'));
try {
  // The launcher builds dist/ when a source is newer than it.
  await run(path.join(root, 'pier'), ['--version']);
  const program = lit(await readFile(node));
  const blob = await makeBlob();
  await mkdir(out, { recursive: true });
  const part = path.join(out, `pier.${process.pid}`);
  await writeFile(part, withNote(program, 'NODE_SEA_BLOB', blob));
  await chmod(part, 0o755);
  const { stdout } = await run(part, ['--version'], { env: {} });
  await rename(part, path.join(out, 'pier'));
  process.stdout.write(`dist-exe/pier: ${stdout}`);
} catch (error) {
  process.stderr.write(`${error.stderr || error.message || error}\n`);
  process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
  for (const name of await readdir(out).catch(() => [])) {
    if (name === `pier.${process.pid}`) await rm(path.join(out, name));
  }
}

/** Node looks for the note only when this switch in it is on. @param {Buffer} program */
function lit(program) {
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:';
  const at = program.indexOf(`${fuse}0`);
  if (at < 0 || program.indexOf(`${fuse}0`, at + 1) >= 0) {
    throw new Error(`${node} cannot be made a single executable.`);
  }
  program.write('1', at + fuse.length);
  return program;
}

/** What is inside, as the very Node that will read it packs it. */
async function makeBlob() {
  const compiled = path.join(work, 'compiled');
  for (const words of [...runs, []]) await compile(compiled, words);
  const names = (await filesIn(build)).filter((name) => /^(?:pier\.cjs$|(?:chunks|sites|catalogue|web)\/)/.test(name));
  const list = path.join(work, 'names.json');
  await writeFile(list, JSON.stringify(names));
  const settings = path.join(work, 'settings.json');
  const blob = path.join(work, 'blob');
  const assets = Object.fromEntries([
    ['names.json', list],
    ...names.map((name) => [name, path.join(build, name)]),
    ...(await filesIn(compiled)).map((name) => [name, path.join(compiled, name)]),
  ]);
  const main = path.join(here, 'loader.cjs');
  await writeFile(settings, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true, assets }));
  await run(node, ['--experimental-sea-config', settings]);
  return await readFile(blob);
}

/** Compiles what a command loads; without words all that no command has loaded. */
async function compile(compiled, words) {
  const env = { HOME: path.join(work, 'home'), PATH: '/usr/bin:/bin', PIER_SITE: 'local' };
  const program = path.join(here, 'compile.cjs');
  // V8 orders what it keeps by hashes that have a random seed, unless it is given one: equal sources, equal bytes.
  const ran = run(node, ['--random-seed=1', program, build, compiled, ...words], { env, cwd: work, timeout: 60_000 });
  // In an empty home some of the commands end in an error; what they loaded until then counts.
  await (words.length > 0 ? ran.catch(() => {}) : ran);
}

async function filesIn(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name))).sort();
}
