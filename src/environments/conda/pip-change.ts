import path from 'node:path';
import { PierError, type Progress, readRecord, writeRecord } from '../../files/index.ts';
import { run } from '../../process/index.ts';
import type { Site } from '../../site/index.ts';
import type { Change, Move, PlannedChange } from '../back-end.ts';
import { changeDirectory } from '../change-state.ts';
import { normalise, requirementName } from '../distributions.ts';
import type { Environment } from '../environment.ts';
import { stageVariable } from '../orphans.ts';
import { readEnvironmentRecord } from '../record.ts';
import { roomAt } from '../space.ts';
import { targetAt } from '../target.ts';
import { findUv, neutralDirectory, type Uv, uvError, uvVariables } from '../uv-program.ts';
import { compileBytecode } from './bytecode.ts';
import { layersOf } from './layers.ts';
import { installPipLayer } from './pip-layer.ts';

/** What pip's layer was before a change of it: versions by name. */
const before = 'pip-before.json';

/** Versions of what pip or uv installed, by normalised name. */
export function pipInstalled(prefix: string): Map<string, string> {
  return new Map(layersOf(prefix).pip.map(({ name, version }) => [name, version]));
}

/** Plans a change of pip's layer: `uv pip install --dry-run` says what would come. */
export async function planPipChange(site: Site, change: Change, progress: Progress): Promise<PlannedChange> {
  const { environment, install, uninstall } = change;
  const { prefix } = environment;
  const record = readEnvironmentRecord(prefix);
  const uv = await findUv(site, progress, targetAt(prefix));
  const now = pipInstalled(prefix);
  const gone = uninstall.map(normalise);
  const absent = gone.find((name) => !now.has(name));
  if (absent) {
    throw new PierError('package-absent', `${absent} is not among what pip installed in ${environment.name}.`, {
      hint: `pier env show ${environment.name}`,
    });
  }
  const moves = [
    ...gone.map((name) => ({ name, from: now.get(name) ?? null, to: null })),
    ...(await dryRun(site, uv, prefix, install, now)),
  ];
  const left = await roomAt(site, prefix);
  const replaced = new Set([...gone, ...install.map(requirementName)]);
  const pip = [...(record?.pip ?? []).filter((one) => !replaced.has(requirementName(one))), ...install];
  const coming = moves.filter(({ to }) => to !== null).map(({ name }) => name);
  return {
    moves,
    // What uv would download it does not say: each package is a guess, which refuses nobody.
    forecast: {
      packages: coming.length,
      files: coming.length * 60,
      bytes: coming.length * 1_000_000,
      guessed: coming,
      download: 0,
      root: prefix,
      ...left,
    },
    specs: environment.specs,
    pip,
    apply: async (tell, signal) => {
      await writeRecord(path.join(changeDirectory(prefix), before), { version: 1, pip: Object.fromEntries(now) });
      signal.throwIfAborted();
      if (gone.length > 0) await uninstallAll(site, uv, prefix, gone);
      if (install.length > 0) await installLayer(site, uv, prefix, install, tell);
      signal.throwIfAborted();
      await compileBytecode(prefix, prefix, tell);
      return { lock: record?.lock ?? '', variables: environment.variables, tool: record?.maker ?? `uv ${uv.version}` };
    },
  };
}

async function installLayer(site: Site, uv: Uv, prefix: string, requirements: readonly string[], progress: Progress) {
  const place = { prefix, stage: changeDirectory(prefix), mark: `in ${prefix}` };
  await installPipLayer(site, uv, place, requirements, null, progress);
}

/** `uv pip uninstall --python PREFIX/bin/python NAMES…` */
async function uninstallAll(site: Site, uv: Uv, prefix: string, names: readonly string[]): Promise<void> {
  const python = path.join(prefix, 'bin', 'python');
  const args = ['pip', 'uninstall', '--python', python, '--break-system-packages', ...names];
  const env = { ...uvVariables(site, uv), ...stageVariable(`in ${prefix}`) };
  const result = await run(uv.file, args, { cwd: neutralDirectory, env, timeoutMs: 600_000 });
  if (result.exitCode !== 0) throw uvError(result, `Cannot uninstall ${names.join(', ')}`);
}

/** uv writes a line such as ` + six==1.17.0` for each package that would come. */
async function dryRun(
  site: Site,
  uv: Uv,
  prefix: string,
  install: readonly string[],
  now: ReadonlyMap<string, string>,
): Promise<Move[]> {
  if (install.length === 0) return [];
  const python = path.join(prefix, 'bin', 'python');
  const args = ['pip', 'install', '--dry-run', '--python', python, '--break-system-packages', ...install];
  const result = await run(uv.file, args, { cwd: neutralDirectory, env: uvVariables(site, uv), timeoutMs: 900_000 });
  if (result.exitCode !== 0) throw uvError(result, 'Cannot choose versions');
  return [...result.stderr.matchAll(/^ \+ ([\w.-]+)==(\S+)/gm)].map(([, name = '', to = '']) => {
    return { name: normalise(name), from: now.get(normalise(name)) ?? null, to };
  });
}

/** Puts pip's layer back to the versions it had; false when it was not pip's layer that was being changed. */
export async function repairPip(site: Site, { prefix, name }: Environment, progress: Progress): Promise<boolean> {
  const value = await readRecord(path.join(changeDirectory(prefix), before)).catch(() => undefined);
  const was = (value as { pip?: Record<string, string> } | undefined)?.pip;
  if (!was) return false;
  progress({ step: 'repair', message: `Putting ${name} back as it was before a change that was interrupted` });
  const uv = await findUv(site, progress, targetAt(prefix));
  const now = pipInstalled(prefix);
  const strangers = [...now.keys()].filter((one) => !(one in was));
  if (strangers.length > 0) await uninstallAll(site, uv, prefix, strangers);
  const lost = Object.entries(was).filter(([one, version]) => now.get(one) !== version);
  if (lost.length > 0)
    await installLayer(
      site,
      uv,
      prefix,
      lost.map(([one, version]) => `${one}==${version}`),
      progress,
    );
  await compileBytecode(prefix, prefix, progress);
  return true;
}
