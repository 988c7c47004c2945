import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { PierError, type Progress } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { stageVariable } from '../orphans.ts';
import type { CondaPlan } from '../plan.ts';
import { targetVariables } from '../target.ts';
import { rattlerError } from './errors.ts';
import { explicitText } from './explicit.ts';
import { channelRecord, type InstalledPackage, installedPackages } from './installed.ts';
import type { Actions } from './program-answer.ts';
import type { CondaRecord } from './rattler.ts';
import { relocate } from './relocate.ts';
import { askProgram } from './run-program.ts';
import type { SiteProgram } from './site-program.ts';

/** As long as everything else that installs may take. */
const patience = 4 * 3_600_000;

/**
 * Has the site's conda make the environment at `prefix`, then has everything in it name `final`. Gives what is in it.
 *
 * Errors: those of `rattlerError` and `askProgram`, `conda-failed` when packages are missing that it said were there.
 */
export async function makeWithProgram(
  site: Site,
  { wanted, records, specs }: CondaPlan,
  program: SiteProgram,
  prefix: string,
  final: string,
  progress: Progress,
): Promise<readonly CondaRecord[]> {
  const { root, channels, explicit, file } = wanted;
  progress({ step: 'install', message: `${program.name} ${program.version} downloads and links packages` });
  const list = explicit.length > 0 ? path.join(path.dirname(prefix), 'explicit.txt') : null;
  if (list !== null) await writeFile(list, explicitText(records), { mode: 0o600 });
  const task = { prefix, root, channels, specs, list, dryRun: false };
  // A stage is the directory above what is made in it.
  const env = { ...targetVariables(wanted.target), ...stageVariable(path.basename(path.dirname(prefix))) };
  const said = await askProgram(site, program, task, { env, timeoutMs: patience }).finally(() => forgetStage(prefix));
  if ('refusal' in said) {
    throw rattlerError(said.refusal, { site, doing: `Cannot install the packages of ${wanted.name}`, channels, file });
  }
  const installed = installedPackages(prefix);
  checkAllThere(program, said.actions, installed);
  await relocate(prefix, prefix, final);
  // Some follow links before they write a path down.
  const real = await realpath(prefix);
  if (real !== prefix) await relocate(prefix, real, path.join(await realpath(root), wanted.name));
  return installed.map(asInChannel);
}

function checkAllThere(
  { name, version }: SiteProgram,
  { link }: Actions,
  installed: readonly InstalledPackage[],
): void {
  const there = new Set(installed.map((one) => one.name));
  const missing = link.map((one) => one.name).filter((one) => !there.has(one));
  if (missing.length === 0 && installed.length > 0) return;
  const what = missing.length > 0 ? missing.join(', ') : 'no package';
  throw new PierError(
    'conda-failed',
    `${name} ${version} says that it is done, but ${what} ${missing.length > 0 ? 'is not there' : 'is there'}.`,
    { hint: 'Have py-rattler make it: --with rattler' },
  );
}

/** conda writes the platform behind the channel. */
function asInChannel(installed: InstalledPackage): CondaRecord {
  const record = channelRecord(installed);
  const { channel, subdir } = record;
  return channel?.endsWith(`/${subdir}`) ? { ...record, channel: channel.slice(0, -subdir.length - 1) } : record;
}

/** Takes the stage's path out of conda's list of environments: mamba, and conda before 23.9, always write it there. */
async function forgetStage(prefix: string): Promise<void> {
  try {
    const file = await realpath(path.join(process.env.HOME || homedir(), '.conda', 'environments.txt'));
    const stages = [prefix, await realpath(prefix).catch(() => prefix)];
    const lines = (await readFile(file, 'utf8')).split('\n');
    const left = lines.filter((line) => !stages.includes(line.trim()));
    if (left.length === lines.length) return;
    const text = left.join('\n');
    if (text.trim() === '') return await rm(file);
    await writeFile(`${file}.pier`, text);
    await rename(`${file}.pier`, file);
  } catch {
    // There is no such list, or it is not ours to write: conda drops what is gone when it lists.
  }
}
