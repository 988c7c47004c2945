import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PierError, type Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { requirementName } from '../distributions.ts';
import { checkLoader } from '../loader.ts';
import { namedPlaces } from '../named-places.ts';
import { stageVariable } from '../orphans.ts';
import type { CondaPlan, Made } from '../plan.ts';
import { findUv } from '../uv-program.ts';
import { compileBytecode } from './bytecode.ts';
import { rattlerError } from './errors.ts';
import { explicitText } from './explicit.ts';
import { historyText } from './history.ts';
import { makeWithProgram } from './make-with-program.ts';
import { installPipLayer } from './pip-layer.ts';
import { askRattler, type CondaRecord, rattlerVersion } from './rattler.ts';
import { relocate } from './relocate.ts';

/**
 * Makes the environment of a plan at `prefix`, with everything in it written for `final`, to which it is then renamed.
 *
 * Four steps: packages are linked, by the site's own conda where there is one, `conda-meta/history` says what was asked for, bytecode, and the check that its Python
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
  const { program } = plan;
  const records = program
    ? await makeWithProgram(site, plan, program, prefix, final, progress)
    : await link(site, plan, prefix, final, progress);
  signal.throwIfAborted();
  await writeFile(path.join(prefix, 'conda-meta', 'history'), historyText({ ...plan, records }, new Date()));
  // Made by rattler as if an environment were a cache: backups would pass over it.
  await rm(path.join(prefix, 'CACHEDIR.TAG'), { force: true });
  await writeVariables(prefix, plan.wanted.variables);
  const version = records.find(({ name }) => name === 'python')?.version;
  if (plan.wanted.pip.length > 0) await addPipLayer(site, { ...plan, records }, prefix, final, progress);
  signal.throwIfAborted();
  if (version) await compileBytecode(prefix, final, progress);
  signal.throwIfAborted();
  progress({ step: 'check', message: 'Checking that its Python runs by itself' });
  const variables = version ? await checkLoader(prefix) : {};
  const lock = await keepList(records, prefix);
  const python = version ? { version, base: path.join(final, 'bin') } : null;
  const maker = program ? `${program.name} ${program.version}` : `py-rattler ${rattlerVersion}`;
  return { variables, python, lock, maker };
}

/** pip's programs begin with where their Python is now, so that they have to be told where it will be. */
async function addPipLayer(
  site: Site,
  { uv, wanted, records }: CondaPlan,
  prefix: string,
  final: string,
  progress: Progress,
): Promise<void> {
  if (!records.some(({ name }) => name === 'python')) {
    throw new PierError('python-missing', `${wanted.name} is to have packages of pip, but no Python.`, {
      hint: 'Add python to what conda is asked for.',
    });
  }
  const directory = wanted.file ? path.dirname(wanted.file.file) : null;
  try {
    const stage = path.dirname(prefix);
    const place = { prefix, stage, mark: path.basename(stage) };
    await installPipLayer(
      site,
      uv ?? (await findUv(site, progress, wanted.target)),
      place,
      wanted.pip,
      directory,
      progress,
    );
  } catch (error) {
    if (!(error instanceof PierError) || !wanted.file) throw error;
    const places = namedPlaces(error.message, wanted.file.places, requirementName);
    throw new PierError(error.code, error.message + places, {
      cause: error,
      ...(error.hint ? { hint: error.hint } : {}),
    });
  }
  await relocate(prefix, prefix, final);
}

/** `conda-meta/state`, where `conda env config vars set` keeps what activation sets. */
async function writeVariables(prefix: string, variables: Readonly<Record<string, string>>): Promise<void> {
  if (Object.keys(variables).length === 0) return;
  const text = JSON.stringify({ env_vars: variables });
  await writeFile(path.join(prefix, 'conda-meta', 'state'), text);
}

async function link(
  site: Site,
  { uv, wanted, records, specs }: CondaPlan,
  prefix: string,
  final: string,
  progress: Progress,
): Promise<readonly CondaRecord[]> {
  const options = {
    uv: uv ?? (await findUv(site, progress, wanted.target)),
    root: wanted.root,
    // A stage is the directory above what is made in it.
    env: stageVariable(path.basename(path.dirname(prefix))),
    timeoutMs: 4 * 3_600_000,
    progress,
    messages: { download: 'Downloading packages', install: 'Installing packages' },
  };
  const said = await askRattler(site, { verb: 'install', records, specs, prefix, final }, options);
  if ('answer' in said) return records;
  const doing = `Cannot install the packages of ${wanted.name}`;
  throw rattlerError(said.refusal, { site, doing, channels: wanted.channels, file: wanted.file });
}

/** Writes the exact list as conda's explicit file, `<prefix>/.pier/explicit.txt`, and gives its SHA-256. */
async function keepList(records: readonly CondaRecord[], prefix: string): Promise<string> {
  const text = explicitText(records);
  // Not `recursive`: with that, Node 20 says ENOENT where the disk is full.
  await mkdir(path.join(prefix, '.pier'));
  await writeFile(path.join(prefix, '.pier', 'explicit.txt'), text, { mode: 0o600 });
  return createHash('sha256').update(text).digest('hex');
}
