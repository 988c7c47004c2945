import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Environment, Package } from './environment.ts';
import { readEnvironmentRecord } from './record.ts';
import { requirementsOf } from './requirements.ts';
import { namesAt, readSmallFile } from './small-file.ts';

/** The name that an index compares by: `Jupyter_Server` is `jupyter-server` (PEP 503). */
export function normalise(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** The name of the distribution that a requirement is about: `numpy[x]>=2; …` is `numpy` (PEP 508). */
export function requirementName(spec: string): string {
  return normalise(/^\s*([A-Za-z0-9][\w.-]*)/.exec(spec)?.[1] ?? '');
}

/** `<prefix>/lib/python3.X/site-packages`; undefined when there is none. */
export function sitePackages(prefix: string): string | undefined {
  const libraries = namesAt(path.join(prefix, 'lib')) ?? [];
  const named = libraries.filter((name) => /^(python|pypy)\d+\.\d+t?$/.test(name));
  for (const name of named.sort().reverse()) {
    const directory = path.join(prefix, 'lib', name, 'site-packages');
    if (namesAt(directory)) return directory;
  }
  return undefined;
}

interface Installed {
  readonly name: string;
  readonly version: string;
  /** Its `.dist-info` directory. */
  readonly directory: string;
}

/** Every distribution, by the names of the `.dist-info` directories alone (packaging.python.org, recording installed). */
export function installedIn(prefix: string): Installed[] {
  const directory = sitePackages(prefix);
  if (!directory) return [];
  return (namesAt(directory) ?? []).flatMap((entry) => {
    const match = /^([^-]+)-([^-]+)\.dist-info$/.exec(entry);
    if (!match) return [];
    return [{ name: normalise(match[1] ?? ''), version: match[2] ?? '', directory: path.join(directory, entry) }];
  });
}

/** The version of a distribution in an environment; undefined when it is not installed. */
export async function packageVersion(
  environment: Pick<Environment, 'prefix'>,
  distribution: string,
): Promise<string | undefined> {
  const wanted = normalise(distribution);
  return installedIn(environment.prefix).find(({ name }) => name === wanted)?.version;
}

/** Everything installed, sorted by name: Python's own, and conda's packages that are not Python's. */
export function packagesIn(environment: Environment): Package[] {
  const asked = namesAsked(environment);
  const python = installedIn(environment.prefix).map((item) => describe(item, environment, asked));
  const conda = environment.kind === 'conda' ? condaPackages(environment.prefix) : [];
  const known = new Set(conda.map(({ name }) => name));
  const all = [...conda, ...python.filter(({ name, installer }) => installer !== 'conda' || !known.has(name))];
  const names = new Set(all.map(({ name }) => name));
  const there = all.map((item) => ({ ...item, needs: item.needs.filter((name) => names.has(name)) }));
  return there.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** pier installs an exact list, so uv marks all of it as requested: our record knows better. null: it has none. */
function namesAsked({ origin, prefix, specs }: Environment): ReadonlySet<string> | null {
  if (origin !== 'owned') return null;
  return new Set([...specs, ...(readEnvironmentRecord(prefix)?.pip ?? [])].map(requirementName));
}

function describe(
  { name, version, directory }: Installed,
  environment: Environment,
  asked: ReadonlySet<string> | null,
): Package {
  const installer = readSmallFile(path.join(directory, 'INSTALLER'))?.trim() || null;
  const requested = asked ? asked.has(name) : existsSync(path.join(directory, 'REQUESTED'));
  const needs = requirementsOf(
    readSmallFile(path.join(directory, 'METADATA')) ?? '',
    environment.python?.version ?? '',
  );
  return { name, version, installer, requested, needs };
}

/** `conda-meta/<name>-<version>-<build>.json`: neither version nor build has a dash in it. */
function condaPackages(prefix: string): Package[] {
  const directory = path.join(prefix, 'conda-meta');
  const files = (namesAt(directory) ?? []).filter((name) => name.endsWith('.json'));
  return files.flatMap((file) => condaPackage(path.join(directory, file)) ?? []);
}

/** The names in `depends`: `python >=3.11,<3.12.0a0` is `python`. The record is not parsed whole, as it is long. */
function dependsIn(text: string): string[] {
  const list = /"depends":\s*\[([^\]]*)\]/.exec(text)?.[1] ?? '';
  return [...list.matchAll(/"([^\s"]+)[^"]*"/g)].map(([, name = '']) => name);
}

function condaPackage(file: string): Package | undefined {
  const match = /^(.+)-([^-]+)-[^-]+\.json$/.exec(path.basename(file));
  if (!match) return undefined;
  // `requested_spec` is empty in what came along as a dependency. Whole records are long, so they are not parsed.
  const text = readSmallFile(file) ?? '';
  const requested = /"requested_specs?":\s*(?:"[^"]|\[\s*")/.test(text);
  return { name: match[1] ?? '', version: match[2] ?? '', installer: 'conda', requested, needs: dependsIn(text) };
}
