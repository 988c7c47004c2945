import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { pier } from './pier.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Prefix of an environment `sci` that pier made; tests use it and change nothing in it. */
    sci: string;
    uvCache: string;
    /** The uv that pier found or installed. */
    uv: string;
  }
}

const root = path.join(import.meta.dirname, '..', '..');

/** Where what is costly to make stays between runs: one environment, uv's cache. May be deleted at any time. */
const world = path.join(root, 'test', '.world');

/** Builds pier, and has it make the environment that most of these tests run Jupyter in. */
export async function setup(project: TestProject): Promise<void> {
  execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
  mkdirSync(world, { recursive: true });
  // JupyterLab runs a yarn.js of its own at start, which Node would take for a module, as everything in this repository.
  writeFileSync(path.join(world, 'package.json'), '{ "type": "commonjs" }\n');
  const uvCache = path.join(world, 'uv-cache');
  const sci = path.join(world, 'data', 'pier', 'envs', 'sci');
  if (!existsSync(sci)) {
    const env = { ...process.env, XDG_DATA_HOME: path.join(world, 'data'), UV_CACHE_DIR: uvCache };
    const made = await pier(['env', 'create', 'sci', '--yes'], { env, timeoutMs: 900_000 });
    if (made.exitCode !== 0) throw new Error(`pier env create sci: ${made.stdout}${made.stderr}`);
  }
  project.provide('sci', sci);
  project.provide('uv', uvProgram());
  project.provide('uvCache', uvCache);
}

function uvProgram(): string {
  const tools = path.join(world, 'data', 'pier', 'tools');
  const installed = existsSync(tools) ? readdirSync(tools).filter((name) => /^uv-[\d.]+$/.test(name)) : [];
  return installed[0] ? path.join(tools, installed[0], 'bin', 'uv') : 'uv';
}
