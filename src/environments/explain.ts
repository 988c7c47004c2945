import path from 'node:path';
import type { Site } from '../site/index.ts';
import { backEndOf } from './back-end.ts';
import type { ChangeRequest } from './change.ts';
import type { CreateRequest } from './environment.ts';
import { findEnvironment } from './find.ts';
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

/** The commands for a change of what is installed. Runs nothing. Errors: those of `findEnvironment`. */
export async function explainChange(site: Site, request: ChangeRequest): Promise<string[]> {
  const { name, install = [], uninstall = [], pip = false } = request;
  const environment = await findEnvironment(site, name);
  const backEnd = await backEndOf(environment);
  return await backEnd.explainChange(site, { environment, install, uninstall, pip });
}

/** The uv a person can type to change an environment by hand: the one on PATH, else pier's own. Runs nothing. */
export async function typedUv(): Promise<string> {
  const { typedUv: find } = await import('./uv/program.ts');
  return await find();
}
