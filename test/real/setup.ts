import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { sciEnvironment, uvCache, world } from './sci.ts';

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

/** Builds pier, and has it make the environment that most of these tests run Jupyter in. */
export async function setup(project: TestProject): Promise<void> {
  // scripts/test.sh has built it, and runs this twice at once.
  if (!process.env.PIER_IS_BUILT) execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
  const sci = await sciEnvironment();
  project.provide('sci', sci);
  project.provide('uv', uvProgram());
  project.provide('uvCache', uvCache);
}

function uvProgram(): string {
  const tools = path.join(world, 'data', 'pier', 'tools');
  const installed = existsSync(tools) ? readdirSync(tools).filter((name) => /^uv-[\d.]+$/.test(name)) : [];
  return installed[0] ? path.join(tools, installed[0], 'bin', 'uv') : 'uv';
}
