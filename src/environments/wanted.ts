import { homedir } from 'node:os';
import path from 'node:path';
import type { Site } from '../site/index.ts';
import { loadCatalogue } from './catalogue.ts';
import type { CreateRequest } from './environment.ts';
import { checkName } from './names.ts';
import type { Wanted } from './plan.ts';
import { environmentsRoot } from './root.ts';

/** Checks a request and looks up its list. Errors: `name-invalid`, `catalogue-unknown`, `site-variable-unknown`. */
export async function wantedFrom(site: Site, request: CreateRequest): Promise<Wanted> {
  const { name, from, specs = [], python } = request;
  const root = environmentsRoot(site);
  checkName(name, root);
  const listed = from === undefined ? [] : (await loadCatalogue(from)).specs;
  const all = [...listed, ...specs].map((spec) => absolute(spec.trim())).filter((spec) => spec !== '');
  return { name, root, from: from ?? null, specs: [...new Set(all)].sort(), python: python ?? null };
}

/** A project's directory or a wheel, such as `./thesis`, by its full path: uv runs elsewhere. */
function absolute(spec: string): string {
  if (spec.startsWith('~/')) return path.join(homedir(), spec.slice(2));
  return /^\.{1,2}(\/|$)/.test(spec) ? path.resolve(spec) : spec;
}
