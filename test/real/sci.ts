import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pier } from './pier.ts';

const root = path.join(import.meta.dirname, '..', '..');

/** Where what is costly to make stays between runs: one environment, uv's cache. May be deleted at any time. */
export const world = path.join(root, 'test', '.world');

export const uvCache = path.join(world, 'uv-cache');

/** The machine's own Python, which the testbed's hosts have too; elsewhere whatever pier finds. */
const python = '/usr/bin/python3';

/** The environment that most real tests run Jupyter in, made once by the pier that is built; gives its prefix. */
export async function sciEnvironment(): Promise<string> {
  const prefix = path.join(world, 'data', 'pier', 'envs', 'sci');
  const known = process.platform === 'linux' && existsSync(python);
  if (existsSync(prefix)) {
    if (!known || standsOn(prefix, path.dirname(python))) return prefix;
    await run(['env', 'remove', 'sci', '--yes']);
  }
  await mkdir(world, { recursive: true });
  // JupyterLab runs a yarn.js of its own at start, which Node would take for a module, as everything in this repository.
  await writeFile(path.join(world, 'package.json'), '{ "type": "commonjs" }\n');
  await run(['env', 'create', 'sci', '--yes', ...(known ? ['--python', python] : [])]).catch((error) => {
    // The other half of the tests began at the same time: pier waited for it, and found it made.
    if (!existsSync(prefix)) throw error;
  });
  return prefix;
}

function standsOn(prefix: string, home: string): boolean {
  return readFileSync(path.join(prefix, 'pyvenv.cfg'), 'utf8').split('\n').includes(`home = ${home}`);
}

async function run(args: readonly string[]): Promise<void> {
  const env = { ...process.env, XDG_DATA_HOME: path.join(world, 'data'), UV_CACHE_DIR: uvCache };
  const ran = await pier(args, { env, timeoutMs: 900_000 });
  if (ran.exitCode !== 0) throw new Error(`pier ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
}
