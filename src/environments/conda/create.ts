import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { checkLoader } from '../loader.ts';
import { stageVariable } from '../orphans.ts';
import type { CondaPlan, Made } from '../plan.ts';
import { compileBytecode } from './bytecode.ts';
import { rattlerError } from './errors.ts';
import { explicitText } from './explicit.ts';
import { historyText } from './history.ts';
import { askRattler, type CondaRecord, rattlerVersion } from './rattler.ts';

/**
 * Makes the environment of a plan at `prefix`, with everything in it written for `final`, to which it is then renamed.
 *
 * Four steps: packages are linked, `conda-meta/history` says what was asked for, bytecode, and the check that its Python
 * runs by itself. `signal` is asked between them.
 */
export async function createEnvironment(
  site: Site,
  plan: CondaPlan,
  prefix: string,
  final: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<Made> {
  await link(site, plan, prefix, final, progress);
  signal.throwIfAborted();
  await writeFile(path.join(prefix, 'conda-meta', 'history'), historyText(plan, new Date()));
  // Made by rattler as if an environment were a cache: backups would pass over it.
  await rm(path.join(prefix, 'CACHEDIR.TAG'), { force: true });
  const version = plan.records.find(({ name }) => name === 'python')?.version;
  if (version) await compileBytecode(prefix, final, progress);
  signal.throwIfAborted();
  progress({ step: 'check', message: 'Checking that its Python runs by itself' });
  const variables = version ? await checkLoader(prefix) : {};
  const lock = await keepList(plan.records, prefix);
  const python = version ? { version, base: path.join(final, 'bin') } : null;
  return { variables, python, lock, maker: `py-rattler ${rattlerVersion}` };
}

async function link(
  site: Site,
  { uv, wanted, records, specs }: CondaPlan,
  prefix: string,
  final: string,
  progress: Progress,
): Promise<void> {
  const options = {
    uv,
    root: wanted.root,
    // A stage is the directory above what is made in it.
    env: stageVariable(path.basename(path.dirname(prefix))),
    timeoutMs: 4 * 3_600_000,
    progress,
    messages: { download: 'Downloading packages', install: 'Installing packages' },
  };
  const said = await askRattler(site, { verb: 'install', records, specs, prefix, final }, options);
  if ('answer' in said) return;
  const doing = `Cannot install the packages of ${wanted.name}`;
  throw rattlerError(said.refusal, { site, doing, specs, channels: wanted.channels });
}

/** Writes the exact list as conda's explicit file, `<prefix>/.pier/explicit.txt`, and gives its SHA-256. */
async function keepList(records: readonly CondaRecord[], prefix: string): Promise<string> {
  const text = explicitText(records);
  // Not `recursive`: with that, Node 20 says ENOENT where the disk is full.
  await mkdir(path.join(prefix, '.pier'));
  await writeFile(path.join(prefix, '.pier', 'explicit.txt'), text, { mode: 0o600 });
  return createHash('sha256').update(text).digest('hex');
}
