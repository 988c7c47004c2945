import type { CondaPlan } from '../plan.ts';
import type { CondaTask } from './apply.ts';
import { channelName } from './channels.ts';
import type { CondaRecord } from './rattler.ts';

/**
 * `conda-meta/history` as conda itself writes it, so that `conda env export --from-history` knows what was asked for.
 *
 * rattler leaves it empty, and then conda takes every package as asked for, with its build.
 */
export function historyText(
  { wanted, records, specs }: Pick<CondaPlan, 'wanted' | 'records' | 'specs'>,
  now: Date,
): string {
  return revision(
    now,
    `pier env create ${wanted.name}`,
    records.map((record) => `+${dist(record)}`),
    'update',
    specs,
  );
}

/** The revision of a change, to be put behind those before. */
export function changeText(task: CondaTask, now: Date): string {
  const { environment, coming, leaving, installed, install } = task;
  const old = installed.filter(({ name }) => [...coming, ...leaving].some((one) => one.name === name));
  const lines = [...old.map((record) => `-${dist(record)}`), ...coming.map((record) => `+${dist(record)}`)];
  const isRemoval = install.length === 0;
  const specs = isRemoval ? leaving.map(({ name }) => name) : install;
  const command = `pier env ${isRemoval ? 'uninstall' : 'install'} ${environment.name}`;
  return revision(now, command, lines, isRemoval ? 'remove' : 'update', specs);
}

function dist({ channel, subdir, name, version, build }: CondaRecord): string {
  return `${channelName(channel ?? 'unknown')}/${subdir}::${name}-${version}-${build}`;
}

function revision(
  now: Date,
  command: string,
  lines: readonly string[],
  verb: string,
  specs: readonly string[],
): string {
  const time = now.toISOString().slice(0, 19).replace('T', ' ');
  const asked = specs.map((spec) => `'${spec.replaceAll("'", '"')}'`).join(', ');
  return [`==> ${time} <==`, `# cmd: ${command}`, ...lines, `# ${verb} specs: [${asked}]`, ''].join('\n');
}
