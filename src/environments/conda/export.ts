import { PierError } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { ExportFormat } from '../back-end.ts';
import type { Environment } from '../environment.ts';
import { readEnvironmentRecord } from '../record.ts';
import { readSmallFile } from '../small-file.ts';
import { channelName } from './channels.ts';
import { explicitText } from './explicit.ts';
import { type InstalledPackage, installedPackages, specsInHistory } from './installed.ts';
import { layersOf } from './layers.ts';
import { specName } from './specs.ts';

/**
 * The text of a file from which the same can be made again, by pier or by conda: `environment` has what was asked for,
 * `full` every package with its version and build, `explicit` addresses and MD5.
 *
 * Nothing of this machine is in it, and the same environment gives the same text.
 */
export async function exportAs(_site: Site, environment: Environment, format: ExportFormat): Promise<string> {
  const installed = installedPackages(environment.prefix);
  if (format === 'explicit') return explicit(environment, installed);
  if (format === 'environment' || format === 'full') return await yaml(environment, installed, format);
  throw new PierError('format-unknown', `A conda environment cannot be exported as ${format}.`, {
    hint: 'It can be exported as environment, full or explicit.',
  });
}

/** An explicit file cannot say what pip installed, so that is a remark in it. */
function explicit({ prefix }: Environment, installed: readonly InstalledPackage[]): string {
  const pip = layersOf(prefix).pip.map(({ name, version }) => `# pip: ${name}==${version}\n`);
  return `${explicitText(installed)}${pip.sort().join('')}`;
}

async function yaml(
  environment: Environment,
  installed: readonly InstalledPackage[],
  format: 'environment' | 'full',
): Promise<string> {
  const { stringify } = await import('yaml');
  const record = readEnvironmentRecord(environment.prefix);
  const asked = environment.specs.length > 0 ? environment.specs : specsInHistory(environment.prefix, specName);
  const whole = installed.map(({ name, version, build }) => `${name}=${version}=${build}`);
  const specs = format === 'full' ? whole : asked;
  const exact = layersOf(environment.prefix).pip.map(({ name, version }) => `${name}==${version}`);
  const pip = format === 'full' ? exact.sort() : [...(record?.pip ?? exact)].sort();
  const own = pip.length > 0 ? pipItself(specs, installed) : [];
  const variables = variablesIn(environment.prefix);
  return stringify({
    name: environment.name,
    channels: channelsOf(record?.channels ?? [], installed),
    dependencies: [...[...specs, ...own].sort(), ...(pip.length > 0 ? [{ pip }] : [])],
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  });
}

/** conda warns of a `pip:` part where pip is not asked for. */
function pipItself(specs: readonly string[], installed: readonly InstalledPackage[]): string[] {
  const isThere = installed.some(({ name }) => name === 'pip');
  return isThere && !specs.some((spec) => specName(spec) === 'pip') ? ['pip'] : [];
}

/** In the order that was asked for; of an environment that pier did not make, those its packages are from. */
function channelsOf(asked: readonly string[], installed: readonly InstalledPackage[]): string[] {
  const found = installed.flatMap(({ channel }) => (channel ? [channelName(channel)] : []));
  return [...new Set(asked.length > 0 ? asked : found.sort())];
}

/** `conda-meta/state`, as `conda env config vars` writes it; what conda marks as unset is none. */
export function variablesIn(prefix: string): Record<string, string> {
  try {
    const { env_vars: found } = JSON.parse(readSmallFile(`${prefix}/conda-meta/state`) ?? '{}');
    const entries = Object.entries(found ?? {}).filter(
      ([, value]) => typeof value === 'string' && value !== '***unset***',
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as Record<string, string>;
  } catch {
    return {};
  }
}
