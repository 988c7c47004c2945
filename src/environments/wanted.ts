import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { PierError } from '../files/index.ts';
import { checkModuleNames } from '../modules/index.ts';
import type { Site } from '../site/index.ts';
import { areaRemarks } from '../storage/index.ts';
import { loadCatalogue } from './catalogue.ts';
import { type Choice, chooseBackEnd } from './choose-back-end.ts';
import type { CreateRequest } from './environment.ts';
import { checkName, checkPlace } from './names.ts';
import { pipOnly } from './pip-only-file.ts';
import type { Wanted } from './plan.ts';
import type { RequestFile } from './request-file.ts';
import { environmentsRoot } from './root.ts';
import { refuseOptions } from './specs.ts';
import { chooseTarget, targetHint } from './target.ts';

/**
 * Checks a request, looks up its list, reads its file, and decides on the back end.
 *
 * Errors: `name-invalid`, `module-name-invalid`, `catalogue-unknown`, `site-variable-unknown`, `file-invalid`, `channel-forbidden`, …
 */
export async function wantedFrom(site: Site, request: CreateRequest): Promise<Wanted> {
  refuseOptions(request.specs ?? []);
  checkModuleNames(request.modules ?? []);
  const named = request.file === undefined ? null : await readFile(request.file);
  const place = placeFor(site, request, named);
  const plain = pipOnly(named, request);
  const file = plain ? null : named;
  const listed = request.from === undefined ? [] : (await loadCatalogue(request.from)).specs;
  const all = [...listed, ...(plain?.specs ?? []), ...(request.specs ?? [])]
    .map((spec) => absolute(spec.trim()))
    .filter((spec) => spec !== '');
  const typed = [...new Set(all)].sort();
  const choice = plain ? withoutConda(named) : await choose(site, request, typed, file);
  const { specs, channels, remarks } =
    choice.backEnd === 'uv'
      ? { specs: typed, channels: [], remarks: file?.remarks ?? [] }
      : await (await import('./conda/request.ts')).condaRequest(site, request, typed, file);
  const { target, remark } = chooseTarget(site, request);
  const hint = remark ?? targetHint(site, [...specs, ...(file?.pip ?? [])]);
  const said = [...(hint === null ? [] : [hint]), ...areaRemarks(site, place.root)];
  const wanted = {
    ...place,
    from: request.from ?? null,
    specs,
    python: request.python ?? plain?.python ?? null,
    ...choice,
    maker: request.maker ?? null,
    channels,
    pip: [...new Set([...(file?.pip ?? []), ...(request.pip ?? [])])],
    explicit: file?.explicit ?? [],
    modules: request.modules ?? [],
    variables: file?.variables ?? {},
    // Also one that uv is only told the requirements of: what is wrong with them is said at its lines.
    file: named,
    target,
    remarks: [...remarks, ...said],
  };
  return { ...wanted, fingerprint: fingerprintOf(wanted) };
}

function withoutConda(file: RequestFile | null): Choice {
  return { backEnd: 'uv', reason: `With uv: ${path.basename(file?.file ?? '')} names no package of conda’s.` };
}

async function readFile(named: string): Promise<RequestFile> {
  const { readRequestFile } = await import('./request-file/read.ts');
  return await readRequestFile(named);
}

/** Where it goes and what it is called: by its name in the site's root, or exactly where a person says. */
function placeFor(site: Site, request: CreateRequest, file: RequestFile | null): { name: string; root: string } {
  const { prefix, root: saidRoot } = request;
  if (prefix !== undefined) {
    const [root, name] = [path.dirname(path.resolve(prefix)), path.basename(path.resolve(prefix))];
    checkPlace(root);
    checkName(name, root);
    return { name, root };
  }
  const root = saidRoot === undefined ? environmentsRoot(site) : path.resolve(saidRoot);
  checkPlace(root);
  const name = request.name || file?.name?.text || '';
  try {
    checkName(name, root);
  } catch (error) {
    // Whose name it is: the line in the file is what has to be changed.
    if (request.name || !file?.name || !(error instanceof PierError)) throw error;
    throw new PierError(error.code, `${file.name.place}: ${error.message}`, {
      hint: `Give it another: pier env create NAME --file ${path.basename(file.file)}`,
    });
  }
  return { name, root };
}

async function choose(
  site: Site,
  { backEnd: said, maker, channels = [] }: CreateRequest,
  specs: readonly string[],
  file: RequestFile | null,
): Promise<Choice> {
  const backEnd = said ?? (maker ? 'conda' : undefined);
  const isCondas = file?.kind === 'environment' || file?.kind === 'explicit';
  if (file && backEnd !== undefined && isCondas !== (backEnd === 'conda')) {
    const its = isCondas ? 'conda' : 'uv';
    throw new PierError('file-unknown', `${path.basename(file.file)} is a file for ${its}, not for ${backEnd}.`, {
      hint: `Leave --backend ${backEnd} away.`,
    });
  }
  if (isCondas) return { backEnd: 'conda', reason: `With conda: ${path.basename(file.file)} is conda’s.` };
  if (file) return { backEnd: 'uv', reason: `With uv, which reads ${path.basename(file.file)}.` };
  return await chooseBackEnd(site, { channels, specs, ...(backEnd ? { backEnd } : {}) }, compilerVersion);
}

/** Two that ask for the same want the same environment, and the second takes what the first made. */
function fingerprintOf(wanted: Omit<Wanted, 'fingerprint'>): string {
  const { backEnd, specs, python, channels, pip, explicit, modules, variables, file, target } = wanted;
  const asked = [backEnd, specs, python, channels, pip, explicit, variables, file?.sha256 ?? null, target];
  // Added later: without modules it is what an older pier makes of the same.
  const all = modules.length > 0 ? [...asked, modules] : asked;
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
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
