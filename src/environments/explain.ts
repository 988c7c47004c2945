import path from 'node:path';
import type { Site } from '../site/index.ts';
import type { CreateRequest } from './environment.ts';
import { wantedFrom } from './wanted.ts';

/**
 * The commands that a person would type to make the same environment by hand. Runs nothing.
 *
 * Errors: `name-invalid`, `catalogue-unknown`, `site-variable-unknown`.
 */
export async function explainCreate(site: Site, request: CreateRequest): Promise<string[]> {
  const wanted = await wantedFrom(site, request);
  const { explainCreate: explain } =
    wanted.backEnd === 'uv' ? await import('./uv/explain.ts') : await import('./conda/explain.ts');
  return await explain(wanted, path.join(wanted.root, wanted.name), site);
}

/** The uv a person can type to change an environment by hand: the one on PATH, else pier's own. Runs nothing. */
export async function typedUv(): Promise<string> {
  const { typedUv: find } = await import('./uv/program.ts');
  return await find();
}
