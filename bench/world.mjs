// Where the figures are taken: a HOME of its own with one environment `sci` that pier makes, and one build of pier.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const root = path.join(import.meta.dirname, '..');

/** Stays between runs, since it is costly to make; may be deleted at any time. */
const kept = path.join(root, 'test', '.world', 'bench');

/** What programs need to reach a package index. NODE_EXTRA_CA_CERTS is not among it: it costs Node 20 30 ms a start. */
const passedOn = /^(LANG|LC_ALL|TZ|SSL_CERT_FILE|SSL_CERT_DIR|PIP_.*|UV_.*INDEX.*|HTTPS?_PROXY|NO_PROXY)$/i;

/**
 * @typedef {object} World
 * @property {string} root the repository
 * @property {string} pier the built program, of which nobody makes a new one meanwhile
 * @property {Record<string, string>} env
 * @property {string} scratch a directory that is gone after the run
 * @property {string} environments where pier makes environments
 * @property {string} sci prefix of the environment
 * @property {string} uv the uv that pier uses
 * @property {(...args: string[]) => Promise<string>} run runs pier to its end and gives its standard output
 */

/**
 * Makes what is missing and gives it to `work`; stops afterwards whatever was started there.
 * @template Value
 * @param {(world: World) => Promise<Value>} work
 * @param {(text: string) => void} tell
 */
export async function withWorld(work, tell) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'pier-bench-'));
  const world = describe(scratch);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      cleanUp(world);
      process.exit(1);
    });
  }
  try {
    cpSync(path.join(root, 'dist'), path.dirname(world.pier), { recursive: true });
    sweep(world);
    await makeSci(world, tell);
    world.uv = findUv(world);
    return await work(world);
  } finally {
    cleanUp(world);
  }
}

function cleanUp({ pier, env, scratch }) {
  for (const args of [
    ['session', 'stop', '--all'],
    ['portal', '--stop'],
  ]) {
    spawnSync(process.execPath, [pier, ...args], { env, stdio: 'ignore' });
  }
  rmSync(scratch, { recursive: true, force: true });
}

/** Deletes the environments of a run that was killed. */
function sweep({ environments }) {
  const names = existsSync(environments) ? readdirSync(environments) : [];
  for (const name of names.filter((one) => /^(bench|\.by-hand)-\d+-\d+$/.test(one))) {
    execFileSync('rm', ['-rf', '--one-file-system', path.join(environments, name)]);
  }
}

/** @returns {World} */
function describe(scratch) {
  const home = path.join(kept, 'home');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
    PATH: `${pythonDirectory(scratch)}:${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    USER: 'bench',
    UV_CACHE_DIR: path.join(kept, 'uv-cache'),
  };
  const pier = path.join(scratch, 'dist', 'pier.cjs');
  const environments = path.join(home, '.local', 'share', 'pier', 'envs');
  const run = (...args) => finish(process.execPath, [pier, ...args], env);
  return { root, pier, env, scratch, environments, sci: path.join(environments, 'sci'), uv: '', run };
}

/** A directory with the very python3 of PATH, and not a version manager's shim that takes longer than what it starts. */
function pythonDirectory(scratch) {
  const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
  const bin = path.join(scratch, 'bin');
  mkdirSync(bin);
  symlinkSync(python, path.join(bin, 'python3'));
  return bin;
}

async function makeSci(world, tell) {
  if (existsSync(path.join(world.sci, '.pier', 'env.json'))) return;
  tell('making the environment sci, once: some minutes where its packages are not in uv’s cache');
  await world.run('env', 'create', 'sci', '--yes');
}

function findUv({ env }) {
  const tools = path.join(env.HOME, '.local', 'share', 'pier', 'tools');
  const own = existsSync(tools) ? readdirSync(tools).find((name) => /^uv-[\d.]+$/.test(name)) : undefined;
  const onPath = spawnSync('sh', ['-c', 'command -v uv'], { env, encoding: 'utf8' }).stdout.trim();
  return onPath || path.join(tools, own ?? 'uv-missing', 'bin', 'uv');
}

/**
 * Runs a program to its end and gives its standard output; throws, with all it said, when it failed.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Record<string, string>} env
 */
export async function finish(file, args, env) {
  const child = spawn(file, args, { env, cwd: env.HOME, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (exitCode === 0) return stdout;
  throw new Error(`${path.basename(file)} ${args.join(' ')} ended with ${exitCode}:\n${stdout}${stderr}`);
}

/**
 * Ends a program that was started, and waits until it is over.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function end(child) {
  if (child.exitCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
}

/**
 * Milliseconds that something takes.
 * @param {() => Promise<unknown> | unknown} work
 */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The one line about the machine that a figure is worth nothing without. */
export function machine() {
  const cpus = readFileSync('/proc/cpuinfo', 'utf8').match(/^processor/gm)?.length ?? 0;
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  const [load] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  return `${cpus} cores, ${system}, Node ${process.versions.node}, load ${load} before`;
}
