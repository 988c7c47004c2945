import { homedir } from 'node:os';
import path from 'node:path';
import type { Site } from '../site/index.ts';
import { loadCatalogue } from './catalogue.ts';
import { chooseBackEnd } from './choose-back-end.ts';
import type { CreateRequest } from './environment.ts';
import { checkName } from './names.ts';
import type { Wanted } from './plan.ts';
import { environmentsRoot } from './root.ts';

/** Checks a request and looks up its list. Errors: `name-invalid`, `catalogue-unknown`, `site-variable-unknown`. */
export async function wantedFrom(site: Site, request: CreateRequest): Promise<Wanted> {
  const { name, from, specs = [], python, backEnd: said, channels = [] } = request;
  const root = environmentsRoot(site);
  checkName(name, root);
  const listed = from === undefined ? [] : (await loadCatalogue(from)).specs;
  const all = [...listed, ...specs].map((spec) => absolute(spec.trim())).filter((spec) => spec !== '');
  const unique = [...new Set(all)].sort();
  const { backEnd, reason } = await chooseBackEnd(
    site,
    { channels, specs: unique, ...(said ? { backEnd: said } : {}) },
    compilerVersion,
  );
  return {
    name,
    root,
    from: from ?? null,
    specs: unique,
    python: python ?? null,
    backEnd,
    reason,
    channels: backEnd === 'uv' ? [] : channels.length > 0 ? channels : site.profile.packages.conda_channels,
  };
}

/** A project's directory or a wheel, such as `./thesis`, by its full path: uv runs elsewhere. */
export function absolute(spec: string): string {
  if (spec.startsWith('~/')) return path.join(homedir(), spec.slice(2));
  return /^\.{1,2}(\/|$)/.test(spec) ? path.resolve(spec) : spec;
}

/** `gcc -dumpfullversion -dumpversion`, or undefined when there is none. */
async function compilerVersion(): Promise<string | undefined> {
  const { run } = await import('../process/index.ts');
  const said = await run('gcc', ['-dumpfullversion', '-dumpversion'], { timeoutMs: 20_000 }).catch(() => undefined);
  return said?.exitCode === 0 ? /^\d+(\.\d+)*/.exec(said.stdout)?.[0] : undefined;
}
