import { readdirSync } from 'node:fs';
import path from 'node:path';
import { PierError, tilde } from '../files/index.ts';
import { matchesHost } from './host-pattern.ts';
import { isObject, plainOf, treeOf } from './leaves.ts';
import { shippedDetection } from './shipped.ts';
import { readTrusted } from './trust.ts';

/** What a choice depends on; tests give their own. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `~/.config/pier` */
  readonly config: string;
  /** `~/.cache/pier` */
  readonly cache: string;
  /** `/etc/pier/site.yaml` */
  readonly system: string;
  readonly host: string;
}

/** A profile that is to be read: a bare name, or a file. */
export type Wanted = { readonly name: string } | { readonly file: string };

export interface Choice {
  readonly wanted: Wanted;
  readonly chosenBy: string;
}

/**
 * Which profile counts: what was asked for, `PIER_SITE`, the user's settings, the machine's, the host name, `local`.
 *
 * Nothing is ever looked up in the working directory; there a file counts only when `--site` names it with a slash.
 */
export async function chooseSite(asked: string | undefined, around: Surroundings): Promise<Choice> {
  if (asked !== undefined) return { wanted: nameOrFile(asked, process.cwd()), chosenBy: '--site' };
  const variable = around.environment.PIER_SITE;
  if (variable) return { wanted: nameOrFile(variable, null), chosenBy: 'PIER_SITE' };
  return (
    (await fromSettings(around)) ??
    (await fromFile(path.join(around.config, 'site.yaml'))) ??
    (await fromFile(around.system)) ??
    (await fromHost(around.host)) ?? { wanted: { name: 'local' }, chosenBy: 'default' }
  );
}

/** A value with a slash is a file, relative to `directory`; any other is a name. */
export function nameOrFile(value: string, directory: string | null): Wanted {
  if (!value.includes('/')) return { name: value };
  if (directory === null && !path.isAbsolute(value)) {
    throw new PierError(
      'site-unknown',
      `PIER_SITE is ${JSON.stringify(value)}, a path that depends on where you are.`,
      {
        hint: 'Give its whole path: export PIER_SITE=/…, or the name of a site.',
      },
    );
  }
  return { file: path.resolve(directory ?? '/', value) };
}

async function fromFile(file: string): Promise<Choice | undefined> {
  return readTrusted(file) && { wanted: { file }, chosenBy: tilde(file) };
}

/** The key `site` of the user's settings; the other keys are not this room's. */
async function fromSettings({ config }: Surroundings): Promise<Choice | undefined> {
  const file = path.join(config, 'config.yaml');
  const trusted = readTrusted(file);
  if (!trusted) return undefined;
  const { parse } = await import('yaml');
  let settings: unknown;
  try {
    settings = parse(trusted.text, { maxAliasCount: 0, schema: 'core', logLevel: 'error' });
  } catch (cause) {
    throw new PierError(
      'site-invalid',
      `${tilde(file)} is not YAML: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
  if (!isObject(settings) || settings.site === undefined || settings.site === null) return undefined;
  if (typeof settings.site !== 'string') {
    throw new PierError(
      'site-invalid',
      `${tilde(file)}: site has to be the name of a site, or the path of a profile.`,
      {
        hint: 'Write a line such as: site: local',
      },
    );
  }
  return { wanted: nameOrFile(settings.site, config), chosenBy: tilde(file) };
}

/** Only when exactly one profile says that the host is its own: pier does not guess. */
async function fromHost(host: string): Promise<Choice | undefined> {
  const matching: string[] = [];
  for (const [name, detect] of Object.entries(await shippedDetection())) {
    const plain = plainOf(treeOf(detect, { source: null, checked: null, profile: name }));
    const pattern = isObject(plain) ? plain.hostname : undefined;
    if (typeof pattern === 'string' && matchesHost(pattern, host)) matching.push(name);
  }
  const [name, ...others] = matching;
  return name && others.length === 0 ? { wanted: { name }, chosenBy: `host name ${host}` } : undefined;
}

/** The names of the user's own profiles. */
export function ownNames(config: string): string[] {
  try {
    return readdirSync(path.join(config, 'sites')).flatMap((file) => /^([\w.-]+)\.yaml$/.exec(file)?.[1] ?? []);
  } catch {
    return [];
  }
}
