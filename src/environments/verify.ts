import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PierError, type Progress, tilde } from '../files/index.ts';
import { lastLines, run } from '../process/index.ts';
import type { Site } from '../site/index.ts';
import { backEndOf, type Finding } from './back-end.ts';
import { installedIn, requirementName } from './distributions.ts';
import type { Environment } from './environment.ts';
import { findEnvironment } from './find.ts';
import { recordRows } from './installed-files.ts';
import { refuseUntrusted } from './trust.ts';
import { environmentVariables } from './variables.ts';
import { withModules } from './with-modules.ts';

export interface Verified {
  readonly environment: Environment;
  /** Nothing, when all is in order. */
  readonly findings: readonly Finding[];
}

/**
 * Looks whether an environment is what it should be: its files, its links, whether its Python starts, and whether what
 * was asked for can be imported. Changes nothing.
 *
 * Errors: those of `findEnvironment`, `environment-ghost`, `environment-untrusted`.
 */
export async function verifyEnvironment(site: Site, name: string, progress: Progress): Promise<Verified> {
  const environment = await findEnvironment(site, name);
  if (environment.state === 'ghost') {
    throw new PierError('environment-ghost', `There is nothing at ${tilde(environment.prefix)} any more.`, {
      hint: 'pier env list',
    });
  }
  await refuseUntrusted(environment);
  const { state, reason } = environment;
  const { variables, findings: modules } = await loaded(environment);
  const files = await (await backEndOf(environment)).verifyFiles(environment, progress);
  const links = await brokenLinks(environment.prefix);
  const starts = environment.python ? await startPython(environment, variables, progress) : [];
  const imports = environment.python && starts.length === 0 ? await importAll(environment, variables, progress) : [];
  const own = state === 'ok' ? [] : [{ problem: state, place: environment.prefix, detail: reason ?? state }];
  return { environment, findings: [...own, ...files, ...links, ...modules, ...starts, ...imports] };
}

/** The variables with its modules loaded; without them what needs them is found too. */
async function loaded(
  environment: Environment,
): Promise<{ variables: NodeJS.ProcessEnv; findings: readonly Finding[] }> {
  try {
    return { variables: (await withModules(environment)).variables, findings: [] };
  } catch (error) {
    if (!(error instanceof PierError)) throw error;
    return {
      variables: process.env,
      findings: [{ problem: 'module', place: environment.modules.join(' '), detail: error.message }],
    };
  }
}

async function brokenLinks(prefix: string): Promise<Finding[]> {
  const found: Finding[] = [];
  const waiting = [prefix];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) waiting.push(file);
      if (!entry.isSymbolicLink() || existsSync(file)) continue;
      const place = path.relative(prefix, file);
      found.push({ problem: 'link', place, detail: `${place} leads nowhere.` });
    }
    await setImmediate();
  }
  return found;
}

/** `PREFIX/bin/python -c 'import ssl, sqlite3, ctypes'`, with the variables that programs in it get. */
async function startPython(environment: Environment, base: NodeJS.ProcessEnv, progress: Progress): Promise<Finding[]> {
  progress({ step: 'verify', message: 'Starting its Python' });
  const result = await runPython(environment, base, ['-c', 'import ssl, sqlite3, ctypes'], '');
  if (result?.exitCode === 0) return [];
  const said = result ? lastLines(result.stderr, 2) : 'it cannot be started';
  return [{ problem: 'python', place: 'bin/python', detail: `Its Python does not run: ${said}` }];
}

/** Reads names from its input and imports each; what fails is one line of output, `name<TAB>why`. */
const importing = `
import importlib, sys
for name in sys.stdin.read().split():
    try:
        importlib.import_module(name)
    except BaseException as error:
        print(name, " ".join((type(error).__name__ + ": " + str(error)).split())[:200], sep="\\t", flush=True)
`;

async function importAll(environment: Environment, base: NodeJS.ProcessEnv, progress: Progress): Promise<Finding[]> {
  const modules = modulesOf(environment);
  progress({ step: 'verify', message: `Importing ${modules.length} modules` });
  const result = await runPython(environment, base, ['-c', importing], modules.join('\n'));
  const lines = (result?.stdout ?? '').split('\n').flatMap((line) => {
    const [name = '', why] = line.split('\t', 2);
    return why !== undefined && modules.includes(name) ? [{ name, why }] : [];
  });
  const found = lines.map(({ name, why }) => ({ problem: 'import', place: name, detail: `import ${name}: ${why}` }));
  if (result?.exitCode === 0 && !result.timedOut) return found;
  const how = result?.timedOut ? 'did not end in time' : 'ended its Python';
  return [...found, { problem: 'import', place: 'bin/python', detail: `Importing what was asked for ${how}.` }];
}

async function runPython(environment: Environment, base: NodeJS.ProcessEnv, args: readonly string[], input: string) {
  const python = path.join(environment.prefix, 'bin', 'python');
  // No window of a plotting library, and no bytecode written: verifying changes nothing.
  const env = { ...environmentVariables(environment, base), MPLBACKEND: 'Agg', PYTHONDONTWRITEBYTECODE: '1' };
  return await run(python, args, { env, input, cwd: '/', timeoutMs: 600_000 }).catch(() => undefined);
}

/** The top-level modules of what was asked for, by the files that those packages installed. */
function modulesOf({ prefix, specs }: Environment): string[] {
  const asked = new Set(specs.map(requirementName));
  const chosen = installedIn(prefix).filter(({ name }) => asked.has(name));
  const names = chosen.flatMap(({ directory }) => {
    const site = path.dirname(directory);
    const tops = (recordRows(directory) ?? []).map(({ file }) => path.relative(site, file));
    return tops.flatMap((file) => topModule(file, site));
  });
  return [...new Set(names)].sort();
}

function topModule(file: string, site: string): string[] {
  const [top = '', second] = file.split('/');
  const name = /^([A-Za-z]\w*)(\.py|\.[\w-]+\.so|\.so)?$/.exec(top)?.[1];
  if (!name) return [];
  if (second === undefined) return top === name ? [] : [name];
  // A directory without code of its own is data, or a namespace that others fill.
  return lstatSync(path.join(site, top, '__init__.py'), { throwIfNoEntry: false }) ? [name] : [];
}
