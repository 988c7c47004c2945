import type { Environment, EnvironmentDetails } from '../environments/index.ts';
import { tilde } from '../files/index.ts';
import { fields, table } from './layout.ts';
import { count, counted, size } from './quantities.ts';

/** `pier env list` for a person. */
export function environmentTable(environments: readonly Environment[]): string {
  const rows = environments.map(({ name, kind, python, files, bytes, state, origin, prefix, frozen, created }) => [
    name,
    python?.version ?? '-',
    kind,
    files === null ? '-' : count(files),
    bytes === null ? '-' : size(bytes),
    frozen && state === 'ok' ? 'frozen' : state,
    created === null ? '-' : ago(created),
    origin,
    tilde(prefix),
  ]);
  const headings = ['NAME', 'PYTHON', 'KIND', 'FILES', 'SIZE', 'STATE', 'AGE', 'ORIGIN', 'WHERE'];
  // A name is there to be typed; the end of a path says whose environment it is.
  return table(headings, rows, { right: ['FILES', 'SIZE'], whole: ['NAME'], front: ['WHERE'] });
}

/** `3 d`, in the largest unit that makes more than one. */
function ago(created: string): string {
  const minutes = Math.max(0, (Date.now() - Date.parse(created)) / 60_000);
  const units = [
    ['y', 525_600],
    ['d', 1440],
    ['h', 60],
    ['min', 1],
  ] as const;
  const [unit, length] = units.find(([, one]) => minutes >= one) ?? (['min', 1] as const);
  return Number.isFinite(minutes) ? `${Math.floor(minutes / length)} ${unit}` : '-';
}

/** `pier env show` for a person. */
export function environmentPage(environment: EnvironmentDetails): string {
  const { files, bytes, specs, modules, variables, packages } = environment;
  return [
    fields([
      ['Name', environment.name],
      ['Where', tilde(environment.prefix)],
      ['Also', environment.aliases.map(tilde).join(', ')],
      ['Kind', `${environment.kind}, ${originWords[environment.origin]}${environment.frozen ? ', frozen' : ''}`],
      ['Python', environment.python?.version],
      ['State', environment.reason === null ? environment.state : `${environment.state}: ${environment.reason}`],
      ['Cost', files === null || bytes === null ? null : `${counted(files, 'file')}, ${size(bytes)}`],
      ['Asked for', [...specs, ...askedOfPip(environment)].join(', ')],
      ['Modules', modules.join(', ')],
      ['Variables', Object.keys(variables).join(', ')],
      ['Made', environment.created?.slice(0, 10)],
    ]),
    packages.length === 0 ? 'It has no packages.' : packageTable(packages),
  ].join('\n\n');
}

/** What pip was asked for on top of conda's packages. */
function askedOfPip({ kind, packages }: EnvironmentDetails): string[] {
  if (kind !== 'conda') return [];
  return packages.filter((one) => one.requested && one.installer !== 'conda').map(({ name }) => `${name} (pip)`);
}

const originWords: Readonly<Record<Environment['origin'], string>> = {
  owned: 'yours',
  shared: 'shared with you',
  public: 'public',
  foreign: 'made by another program',
};

function packageTable(packages: EnvironmentDetails['packages']): string {
  const rows = packages.map(({ name, version, installer, requested }) => [
    name,
    version,
    installer ?? '-',
    requested ? 'asked for' : '',
  ]);
  return table(['PACKAGE', 'VERSION', 'BY', ''], rows);
}
