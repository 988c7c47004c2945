import type { CondaPlan } from '../plan.ts';
import { channelName } from './channels.ts';

/**
 * `conda-meta/history` as conda itself writes it, so that `conda env export --from-history` knows what was asked for.
 *
 * rattler leaves it empty, and then conda takes every package as asked for, with its build.
 */
export function historyText({ wanted, records, specs }: CondaPlan, now: Date): string {
  const time = now.toISOString().slice(0, 19).replace('T', ' ');
  const linked = records.map(({ channel, subdir, name, version, build }) => {
    return `+${channelName(channel ?? 'unknown')}/${subdir}::${name}-${version}-${build}`;
  });
  const asked = specs.map((spec) => `'${spec.replaceAll("'", '"')}'`).join(', ');
  return [`==> ${time} <==`, `# cmd: pier env create ${wanted.name}`, ...linked, `# update specs: [${asked}]`, ''].join(
    '\n',
  );
}
