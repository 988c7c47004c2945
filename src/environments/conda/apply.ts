import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, type Progress, writeRecord } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { Changed } from '../back-end.ts';
import { changeDirectory } from '../change-state.ts';
import type { Environment } from '../environment.ts';
import { checkLoader } from '../loader.ts';
import { stageVariable } from '../orphans.ts';
import { readEnvironmentRecord } from '../record.ts';
import type { Uv } from '../uv-program.ts';
import { compileBytecode } from './bytecode.ts';
import { rattlerError } from './errors.ts';
import { explicitText } from './explicit.ts';
import { changeText } from './history.ts';
import { channelRecord, filesOf, type InstalledPackage } from './installed.ts';
import { installPipLayer } from './pip-layer.ts';
import { askRattler, type CondaRecord, rattlerVersion } from './rattler.ts';

export interface CondaTask {
  readonly environment: Environment;
  readonly uv: Uv;
  readonly installed: readonly InstalledPackage[];
  /** Everything that is to be there afterwards. */
  readonly records: readonly CondaRecord[];
  readonly coming: readonly CondaRecord[];
  readonly leaving: readonly InstalledPackage[];
  readonly specs: readonly string[];
  /** What was asked for now. */
  readonly install: readonly string[];
}

/** Names of what a change keeps in its directory, for `repair`. */
export const saved = { before: 'before.json', history: 'history', explicit: 'explicit.txt' } as const;

/** What `repair` goes back to: all packages that were there, and those that were touched. */
export interface Before {
  readonly version: 1;
  readonly records: readonly CondaRecord[];
  readonly coming: readonly CondaRecord[];
  readonly leaving: readonly string[];
}

/** Changes what conda installed, in place. Until all is saved that undoing needs, nothing is touched. */
export async function applyChange(
  site: Site,
  task: CondaTask,
  progress: Progress,
  signal: AbortSignal,
): Promise<Changed> {
  const { environment, uv, installed, records, coming, leaving, specs } = task;
  const { prefix } = environment;
  await save(task);
  signal.throwIfAborted();
  const touched = installed.filter(({ name }) => [...coming, ...leaving].some((one) => one.name === name));
  await dropBytecode(prefix, touched);
  await linkRecords(site, uv, prefix, environment.name, records, specs, [], progress);
  signal.throwIfAborted();
  await appendFile(path.join(prefix, 'conda-meta', 'history'), changeText(task, new Date()));
  await keepPipLayer(site, task, progress);
  const python = records.some(({ name }) => name === 'python');
  if (python) await compileBytecode(prefix, prefix, progress);
  signal.throwIfAborted();
  progress({ step: 'check', message: 'Checking that its Python runs by itself' });
  const variables = python ? await checkLoader(prefix) : {};
  const text = explicitText([...records].sort((a, b) => (a.name < b.name ? -1 : 1)));
  await writeFile(path.join(prefix, '.pier', 'explicit.txt'), text, { mode: 0o600 });
  const lock = createHash('sha256').update(text).digest('hex');
  return { lock, variables, tool: `py-rattler ${rattlerVersion}` };
}

async function save({ environment, installed, coming, leaving }: CondaTask): Promise<void> {
  const directory = changeDirectory(environment.prefix);
  const { prefix } = environment;
  try {
    await copyFile(path.join(prefix, 'conda-meta', 'history'), path.join(directory, saved.history));
    await copyFile(path.join(prefix, '.pier', 'explicit.txt'), path.join(directory, saved.explicit)).catch(() => {});
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  const before: Before = {
    version: 1,
    records: installed.map(channelRecord),
    coming,
    leaving: leaving.map(({ name }) => name),
  };
  // Last: with it, all that came before is there.
  await writeRecord(path.join(directory, saved.before), before);
}

/** What was compiled here is in no package's list, so that it would stay, with its directories. */
export async function dropBytecode(prefix: string, packages: readonly InstalledPackage[]): Promise<void> {
  for (const one of packages) {
    const files = filesOf(one);
    const own = new Set(files);
    const folders = new Set(files.filter((file) => file.endsWith('.py')).map((file) => path.dirname(file)));
    for (const folder of folders) {
      const cache = path.join(folder, '__pycache__');
      if (own.size > 0 && files.some((file) => file.startsWith(`${cache}/`))) continue;
      await rm(path.join(prefix, cache), { recursive: true, force: true });
    }
  }
}

/** One environment is changed by one pier at a time, so its path tells whose a left over program is. */
export function markOf(prefix: string): string {
  return `in ${prefix}`;
}

/** Has py-rattler link exactly these records, and unlink every other. */
export async function linkRecords(
  site: Site,
  uv: Uv,
  prefix: string,
  name: string,
  records: readonly CondaRecord[],
  specs: readonly string[],
  again: readonly string[],
  progress: Progress,
): Promise<void> {
  const options = {
    uv,
    root: path.dirname(prefix),
    env: stageVariable(markOf(prefix)),
    timeoutMs: 4 * 3_600_000,
    progress,
    messages: { download: 'Downloading packages', install: 'Installing packages' },
  };
  const task = { verb: 'install', records, specs, prefix, final: prefix, again } as const;
  const said = await askRattler(site, task, options);
  await rm(path.join(prefix, 'CACHEDIR.TAG'), { force: true });
  if ('answer' in said) return;
  const channels = readEnvironmentRecord(prefix)?.channels ?? [];
  throw rattlerError(said.refusal, { site, doing: `Cannot change ${name}`, channels, file: null });
}

/** Another Python has another directory for packages: pip's are installed into that. */
async function keepPipLayer(
  site: Site,
  { environment, uv, installed, records }: CondaTask,
  progress: Progress,
): Promise<void> {
  const pip = readEnvironmentRecord(environment.prefix)?.pip ?? [];
  const minor = (of: readonly CondaRecord[]) =>
    of
      .find(({ name }) => name === 'python')
      ?.version.split('.')
      .slice(0, 2)
      .join('.');
  if (pip.length === 0 || minor(installed) === minor(records)) return;
  const stage = changeDirectory(environment.prefix);
  await mkdir(stage, { recursive: true });
  await installPipLayer(
    site,
    uv,
    { prefix: environment.prefix, stage, mark: markOf(environment.prefix) },
    pip,
    null,
    progress,
  );
}
